import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Router, static as serveStatic } from 'express'

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', validatorUrl: null, deepLinking: true })\n`
const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';
 base-uri 'none'; form-action 'none'; frame-ancestors 'none'`.replace(/\n/g, '')

/** Serves `GET /openapi.json`, and `GET /docs`, a page to try the API that loads nothing from other hosts. */
export function createApiDocs(document: object): Router {
  const text = JSON.stringify(document)
  return Router()
    .get('/openapi.json', (_, response) => response.type('json').send(text))
    .get('/docs', (_, response) => response.set('Content-Security-Policy', policy).type('html').send(page))
    .get('/docs/start.js', (_, response) => response.type('js').send(start))
    .use('/docs', serveStatic(assets, { index: false, redirect: false, maxAge: '1h' }))
}
