import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

const page = join(import.meta.dirname, '../page')
const uplot = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'))
const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }
const compress = promisify(gzip)

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
    response.type(types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
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
  const vendored = /^\/vendor\/(uPlot\.[\w.]+)$/.exec(path)?.[1]
  const file = vendored === undefined ? normalize(join(page, path)) : join(uplot, vendored)
  return file.startsWith(`${vendored === undefined ? page : uplot}${sep}`) ? file : undefined
}
