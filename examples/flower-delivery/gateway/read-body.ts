import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { Problem } from '@outbox-cdc/service-kit'

/** As much as the services read. */
const mostBytes = 100_000

/** The body of a request, so that it can be sent to another process if the first one isn't there. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      bytes += chunk.length
      if (bytes > mostBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof Problem ? error : invalid(400, 'ended early')
  }
  return Buffer.concat(chunks)
}

const tooLarge = () => invalid(413, 'is larger than 100 kB')

function invalid(status: number, message: string): Problem {
  const title = STATUS_CODES[status] ?? ''
  const [detail, errors] = [`body ${message}`, [{ field: 'body', message }]]
  // The rest isn't read: the connection ends with the answer.
  return new Problem(status, { type: 'invalid-request', title, detail, errors, headers: { Connection: 'close' } })
}
