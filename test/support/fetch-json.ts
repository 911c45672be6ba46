export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON of the answer; undefined if it isn't JSON. */
  readonly body: ReturnType<typeof JSON.parse>
}

/** Fetches a URL and returns status, headers and JSON together. */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}
