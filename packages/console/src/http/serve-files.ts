import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import { type RequestHandler, Router, static as serveStatic } from 'express'
import helmet from 'helmet'

/** The files of the console's page: other pages take their look and their parts from it. */
export const pageFolder = join(import.meta.dirname, '../page')

const moduleFile = (name: string) => fileURLToPath(import.meta.resolve(name))

/** What every page loads; the import map in its index.html names the modules. */
export const pageLibraries: Readonly<Record<string, string>> = {
  'preact.js': moduleFile('preact'),
  'preact-hooks.js': moduleFile('preact/hooks'),
  'preact-signals.js': moduleFile('@preact/signals'),
  'preact-signals-core.js': moduleFile('@preact/signals-core'),
  'htm.js': moduleFile('htm'),
  'htm-preact.js': moduleFile('htm/preact')
}

/** Lets the policy allow the page's one inline script, the import map. */
export function scriptHashOf(html: string): string {
  const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
  return `sha256-${createHash('sha256').update(importMap).digest('base64')}`
}

/** Only the page's own files run or style anything. Plain HTTP on loopback is meant, so nothing asks for HTTPS. */
export function onlyOwnFiles(scriptHash: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", `'${scriptHash}'`],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"]
      }
    },
    strictTransportSecurity: false
  })
}

/** The files of a page's folder, and its libraries below `/vendor`, compressed. */
export function serveFiles(folder: string, libraries: Readonly<Record<string, string>>): Router {
  const files = serveStatic(folder, { index: false, redirect: false, cacheControl: false })
  return Router()
    .use(compression(), (_, response, next) => {
      // Revalidated on each load: edit a file, reload, see it.
      response.set('Cache-Control', 'no-cache')
      next()
    })
    .get('/vendor/:file', ({ params: { file } }, response, next) => {
      const path = libraries[file]
      if (path === undefined) return next()
      response.sendFile(path, { cacheControl: false })
    })
    .use((request, response, next) =>
      /^[\w\-./]+\.(js|css|svg)$/.test(request.path) ? files(request, response, next) : next()
    )
}
