import type { z } from 'zod'
import { CallFailure } from './call-failure.ts'

const mostBytes = 100_000

/** The body of a 200, as `schema` reads it; undefined for a 404. Everything else is a `CallFailure`. */
export async function readAnswer<T>(response: Response, schema: z.ZodType<T>): Promise<T | undefined> {
  const { status, headers } = response
  if (status === 200) return parse(await readText(response), schema)
  // The rest of a short answer is read, so that the connection can be used again.
  await readText(response, false)
  if (status === 404) return undefined
  const ours = status >= 400 && status < 500 && status !== 408 && status !== 429
  throw new CallFailure(ours ? 'rejected' : 'failed', `answered ${status}`, { pauseMs: pauseOf(headers) })
}

async function readText({ headers, body }: Response, mustBeJson = true): Promise<string> {
  if (mustBeJson && !/^application\/([\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')) {
    await body?.cancel()
    throw nonsense('not JSON')
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    // Leaving the loop closes the connection.
    if (size > mostBytes) throw nonsense('more than 100 kB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parse<T>(text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(fromJson(text))
  if (parsed.success) return parsed.data
  throw nonsense('not what was asked for', parsed.error)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw nonsense('not JSON', cause)
  }
}

const nonsense = (what: string, cause?: unknown) => new CallFailure('failed', `its answer is ${what}`, { cause })

/** Of `Retry-After` in seconds; a date counts as none. */
function pauseOf(headers: Headers): number {
  const seconds = headers.get('retry-after')?.match(/^\d{1,5}$/)?.[0]
  return seconds === undefined ? 0 : Number(seconds) * 1000
}
