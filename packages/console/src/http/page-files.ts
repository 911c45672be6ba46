import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readOnly } from '@outbox-cdc/service-kit'
import type { Hop } from '@outbox-cdc/outbox/hops'
import { Router } from 'express'
import { pageFolder, pageLibraries, scriptHashOf, serveFiles } from './serve-files.ts'

const { resolve } = createRequire(import.meta.url)
const libraries = {
  ...pageLibraries,
  'uPlot.min.css': resolve('uplot/dist/uPlot.min.css'),
  'uPlot.iife.min.js': resolve('uplot/dist/uPlot.iife.min.js')
}

/**
 * The page's own files and its libraries; at every other address the page itself, which reads it. `base` is the path
 * under which a browser finds them all; `hops` are those that the page shows.
 */
export function createPage(base: string, hops: readonly Hop[]) {
  const html = readFileSync(join(pageFolder, 'index.html'), 'utf8')
    .replaceAll('"/', `"${base}/`)
    .replace('name="hops" content="[]"', `name="hops" content="${listed(hops)}"`)
  return { routes: servePage(html), scriptHash: scriptHashOf(html) }
}

/** Names and nouns hold no sign that HTML or `replace` would read, but JSON has quotes. */
function listed(hops: readonly Hop[]): string {
  const shown = hops.map(({ name, writer, consumer, aggregate }) => ({ name, writer, consumer, noun: aggregate.name }))
  return JSON.stringify(shown).replaceAll('"', '&quot;')
}

function servePage(html: string): Router {
  return Router()
    .use(serveFiles(pageFolder, libraries))
    .get(/^\/[\w\-./%~@:+!$&'()*,;=]*$/, (request, response, next) => {
      if (/\.[a-z]{2,4}$/.test(request.path) && !request.accepts('html')) return next()
      response.type('html').send(html)
    })
    .use(readOnly)
}
