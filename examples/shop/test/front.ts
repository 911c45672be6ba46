import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a service and passes on what it answers, until a test lets it misbehave. */
export async function startFront(serviceUrl: string) {
  let misbehaviour: RequestListener | undefined
  const passOn = async (url: string, response: ServerResponse) => {
    const answer = await fetch(`${serviceUrl}${url}`)
    const type = answer.headers.get('content-type') ?? ''
    response.writeHead(answer.status, { 'Content-Type': type }).end(await answer.text())
  }
  const server = createServer((request, response) => {
    if (misbehaviour === undefined) void passOn(request.url ?? '', response)
    else misbehaviour(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehave: (next: RequestListener) => void (misbehaviour = next),
    behave: () => void (misbehaviour = undefined),
    async stop() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    }
  }
}
