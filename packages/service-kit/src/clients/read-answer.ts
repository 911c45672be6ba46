import { z } from 'zod'
import { CallFailure } from './call-failure.ts'

const mostBytes = 100_000

type Declined = z.output<typeof declinedSchema>

/** Why a service says no to a request that it has understood: what a client reads of the problem document. */
export const declinedSchema = z.object({
  status: z.int(),
  /** Such as `urn:problem-type:order-final`. */
  type: z.string(),
  title: z.string(),
  detail: z.string().optional()
})

/** What a request to do something comes to. */
export type PostAnswer<T> =
  | { readonly answer: T; readonly declined?: undefined }
  | { readonly declined: Declined; readonly answer?: undefined }

/** The body of a 200, as `schema` reads it; undefined for a 404. Everything else is a `CallFailure`. */
export async function readGetAnswer<T>(response: Response, schema: z.ZodType<T>): Promise<T | undefined> {
  if (response.status === 200) return readJson(response, schema)
  const failure = await readFailure(response)
  if (response.status === 404) return undefined
  throw failure
}

/** The body of a 200 or 201, or why the service says no: a 409 or 422. Everything else is a `CallFailure`. */
export async function readPostAnswer<T>(response: Response, schema: z.ZodType<T>): Promise<PostAnswer<T>> {
  const { status } = response
  if (status === 200 || status === 201) return { answer: await readJson(response, schema) }
  if (status === 409 || status === 422) return { declined: await readJson(response, declinedSchema) }
  throw await readFailure(response)
}

async function readFailure(response: Response): Promise<CallFailure> {
  const { status, headers } = response
  // The rest of a short answer is read, so that the connection can be used again.
  await readText(response)
  const ours = status >= 400 && status < 500 && status !== 408 && status !== 429
  return new CallFailure(ours ? 'rejected' : 'failed', `answered ${status}`, { pauseMs: pauseOf(headers) })
}

async function readJson<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel()
    throw nonsense('not JSON')
  }
  const parsed = schema.safeParse(fromJson(await readText(response)))
  if (parsed.success) return parsed.data
  throw nonsense('not what was asked for', parsed.error)
}

async function readText({ body }: Response): Promise<string> {
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
