import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

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
const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }
const compress = promisify(gzip)

/** Lets the policy allow index.html's one inline script, the import map. */
export const importMapHash = hashOf(readFileSync(join(page, 'index.html'), 'utf8'))

function hashOf(html: string): string {
  const script = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}

type Packed = { readonly changed: number; readonly body: Buffer }

/** The page's own files and the chart library, compressed once for each change: edit a file, reload, see it. */
export function servePageFiles(): RequestHandler {
  const packed = new Map<string, Packed>()
  return async (request, response, next) => {
    const file = fileOf(request.path)
    const changed =
      file === undefined
        ? undefined
        : await stat(file).then(
            ({ mtimeMs }) => mtimeMs,
            () => undefined
          )
    if (file === undefined || changed === undefined) return next()
    let found = packed.get(file)
    if (found?.changed !== changed) {
      found = { changed, body: await compress(await readFile(file)) }
      packed.set(file, found)
    }
    response.set({ 'Cache-Control': 'no-cache', ETag: `"${changed}"`, Vary: 'Accept-Encoding' })
    response.type(types[request.path.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
    if (request.fresh) return void response.status(304).end()
    if (request.acceptsEncodings('gzip') !== 'gzip') return void response.send(await readFile(file))
    response.set('Content-Encoding', 'gzip').send(found.body)
  }
}

/** The page itself: every view has its address, and the page reads it. */
export const servePage: RequestHandler = (request, response, next) => {
  if (/\.[a-z]{2,4}$/.test(request.path) && !request.accepts('html')) return next()
  response.set('Cache-Control', 'no-cache').sendFile(join(page, 'index.html'), { cacheControl: false })
}

function fileOf(path: string): string | undefined {
  if (!/^\/[\w./-]+\.(js|css|svg)$/.test(path) || path.endsWith('.test.js')) return undefined
  const vendored = /^\/vendor\/([^/]+)$/.exec(path)?.[1]
  if (vendored !== undefined) return vendor[vendored]
  const file = normalize(join(page, path))
  return file.startsWith(`${page}${sep}`) ? file : undefined
}
