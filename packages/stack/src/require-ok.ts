import { get } from 'node:https'

type Access = { readonly ca: string; readonly auth?: string }

/** Throws unless an HTTP address answers with 2xx within three seconds. */
export async function requireOk(url: string, access?: Access): Promise<void> {
  const status = access === undefined ? await statusOf(url) : await statusOverTls(url, access)
  if (status < 200 || status > 299) throw new Error(`${url} answered ${status}`)
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
  await response.body?.cancel()
  return response.status
}

/** `fetch` takes no authority of its own for one request. */
function statusOverTls(url: string, access: Access): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { ...access, agent: false, signal: AbortSignal.timeout(3_000) }
    const request = get(url, options, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
  })
}
