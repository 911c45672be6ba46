export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Whatever JSON the answer held; undefined when it held none. */
  readonly body: ReturnType<typeof JSON.parse>
}

/** A whole answer at once, so that a test reads as one sentence. */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}
