import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onlyMethods, readOnly } from '@outbox-cdc/service-kit'
import { Router, static as serveStatic } from 'express'
import helmet from 'helmet'

const folder = join(import.meta.dirname, 'page')
const moduleFile = (name: string) => fileURLToPath(import.meta.resolve(name))

/** The libraries that the browser loads; the import map in index.html names them. */
const libraries: Readonly<Record<string, string>> = {
  'preact.js': moduleFile('preact'),
  'preact-hooks.js': moduleFile('preact/hooks'),
  'preact-signals.js': moduleFile('@preact/signals'),
  'preact-signals-core.js': moduleFile('@preact/signals-core'),
  'htm.js': moduleFile('htm'),
  'htm-preact.js': moduleFile('htm/preact')
}

/** The page at `/`, its files and its libraries. Its orders lead to their timelines in the console, if there is one. */
export function servePage(consoleUrl = ''): Router {
  // A URL has no quotes.
  const html = readFileSync(join(folder, 'index.html'), 'utf8').replace('content=""', `content="${consoleUrl}"`)
  const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
  const files = serveStatic(folder, { index: false, redirect: false, cacheControl: false })
  const isFile = (path: string) => /^\/(style\/)?[a-z-]+\.(js|css|svg)$/.test(path)
  const routes = Router()
  routes
    .route('/')
    .get(onlyOwnScripts(importMap), (_, response) => void response.set(revalidated).type('html').send(html))
    .all(onlyMethods('GET, HEAD'))
  routes.get('/vendor/:file', ({ params: { file } }, response, next) => {
    const path = libraries[file]
    if (path === undefined) return next()
    response.set(revalidated).sendFile(path, { cacheControl: false })
  })
  return routes.use((request, response, next) => {
    if (!isFile(request.path)) return next()
    readOnly(request, response, () => files(request, response.set(revalidated), next))
  })
}

/** Edit a file, reload, see it. */
const revalidated = { 'Cache-Control': 'no-cache' }

/** Nothing but the page's own files and its import map runs, and no text becomes HTML. */
function onlyOwnScripts(importMap: string) {
  const hash = createHash('sha256').update(importMap).digest('base64')
  const [none, self] = ["'none'", "'self'"]
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: [none],
      scriptSrc: [self, `'sha256-${hash}'`],
      styleSrc: [self],
      imgSrc: [self],
      connectSrc: [self],
      baseUri: [none],
      formAction: [none],
      frameAncestors: [none],
      requireTrustedTypesFor: ["'script'"]
    }
  })
}
