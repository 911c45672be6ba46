import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  onlyOwnFiles,
  pageFolder as consolePage,
  pageLibraries,
  scriptHashOf,
  serveFiles
} from '@outbox-cdc/console/http/serve-files'
import { type Request, type RequestHandler, Router } from 'express'

const folder = join(import.meta.dirname, '../page')

/**
 * The pages, their files, and below `/shared` those of the console's page. A tool that asks the same address for JSON,
 * or doesn't care, is left to the routes that follow.
 */
export function pageFiles(): Router {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const policy = onlyOwnFiles(scriptHashOf(html))
  const page: RequestHandler = (_, response) => void response.type('html').send(html)
  const routes = Router()
    .get(/\.(js|css|svg)$/, policy, serveFiles(folder, pageLibraries))
    .use('/shared', policy, serveFiles(consolePage, {}))
    .get(['/', '/contracts/:consumer/:provider', '/matrix', '/network'], forBrowsers, policy, page)
  for (const [path, addressOf] of Object.entries(elsewhere))
    routes.get<string, Names>(path, forBrowsers, ({ params }, response) => response.redirect(302, addressOf(params)))
  return routes
}

const forBrowsers: RequestHandler = (request, response, next) => {
  response.vary('Accept').set('Cache-Control', 'no-cache')
  next(prefersHtml(request) ? undefined : 'route')
}

/** A browser names text/html first; the tools of Pact name HAL, and `curl` takes anything. */
function prefersHtml(request: Request): boolean {
  return request.accepts(['application/hal+json', 'application/json', 'text/html']) === 'text/html'
}

type Names = Readonly<Record<string, string>>

/** The addresses of the official broker's pages, which its tools print, lead to ours. */
const elsewhere: Readonly<Record<string, (names: Names) => string>> = {
  '/pacts/provider/:provider/consumer/:consumer/latest': contractOf,
  '/pacts/provider/:provider/consumer/:consumer/version/:version': ({ version = '', ...pair }) =>
    contractOf(pair) + asQuery({ version }),
  '/matrix/provider/:provider/consumer/:consumer': ({ consumer = '', provider = '' }) =>
    `/matrix${asQuery({ consumer, provider })}`,
  '/pacticipants/:name/network': () => '/network'
}

function contractOf({ consumer = '', provider = '' }: Names): string {
  return `/contracts/${encodeURIComponent(consumer)}/${encodeURIComponent(provider)}`
}

function asQuery(values: Names): string {
  return `?${new URLSearchParams(values).toString()}`
}
