import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readOnly } from '@outbox-cdc/service-kit'
import type { Hop } from '@outbox-cdc/outbox/hops'
import compression from 'compression'
import { Router, static as serveStatic } from 'express'

const page = join(import.meta.dirname, '../page')
const { resolve } = createRequire(import.meta.url)
const moduleFile = (name: string) => fileURLToPath(import.meta.resolve(name))
/** The libraries that the browser loads; the import map in index.html names the modules among them. */
const vendor: Readonly<Record<string, string>> = {
  'uPlot.min.css': resolve('uplot/dist/uPlot.min.css'),
  'uPlot.iife.min.js': resolve('uplot/dist/uPlot.iife.min.js'),
  'preact.js': moduleFile('preact'),
  'preact-hooks.js': moduleFile('preact/hooks'),
  'preact-signals.js': moduleFile('@preact/signals'),
  'preact-signals-core.js': moduleFile('@preact/signals-core'),
  'htm.js': moduleFile('htm'),
  'htm-preact.js': moduleFile('htm/preact')
}

/**
 * The page's own files and its libraries, compressed; at every other address the page itself, which reads it. `base` is
 * the path under which a browser finds them all; `hops` are those that the page shows.
 */
export function createPage(base: string, hops: readonly Hop[]) {
  const html = readFileSync(join(page, 'index.html'), 'utf8')
    .replaceAll('"/', `"${base}/`)
    .replace('name="hops" content="[]"', `name="hops" content="${listed(hops)}"`)
  const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
  // Lets the policy allow the page's one inline script, the import map.
  const scriptHash = `sha256-${createHash('sha256').update(importMap).digest('base64')}`
  return { routes: servePage(html), scriptHash }
}

/** Names and nouns hold no sign that HTML or `replace` would read, but JSON has quotes. */
function listed(hops: readonly Hop[]): string {
  const shown = hops.map(({ name, writer, consumer, aggregate }) => ({ name, writer, consumer, noun: aggregate.name }))
  return JSON.stringify(shown).replaceAll('"', '&quot;')
}

function servePage(html: string): Router {
  const files = serveStatic(page, { index: false, redirect: false, cacheControl: false })
  return Router()
    .use(compression(), (_, response, next) => {
      // Revalidated on each load: edit a file, reload, see it.
      response.set('Cache-Control', 'no-cache')
      next()
    })
    .get('/vendor/:file', ({ params: { file } }, response, next) => {
      const path = vendor[file]
      if (path === undefined) return next()
      response.sendFile(path, { cacheControl: false })
    })
    .use((request, response, next) =>
      /^[\w\-./]+\.(js|css|svg)$/.test(request.path) ? files(request, response, next) : next()
    )
    .get(/^\/[\w\-./%~@:+!$&'()*,;=]*$/, (request, response, next) => {
      if (/\.[a-z]{2,4}$/.test(request.path) && !request.accepts('html')) return next()
      response.type('html').send(html)
    })
    .use(readOnly)
}
