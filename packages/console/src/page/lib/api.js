import { state } from '../state.js'

/** Asks the server; a refusal becomes an Error with the problem's own sentence. */
export async function get(path, options = {}) {
  const response = await fetch(path, { headers: { accept: 'application/json' }, ...options })
  return answer(response)
}

/** Sends an action that a person confirmed. */
export async function act(path, body = {}) {
  const headers = { 'content-type': 'application/json', 'x-console-action': state.about?.actionToken ?? '' }
  return answer(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answer(response) {
  const body = await response.json().catch(() => ({}))
  if (response.ok) return body
  throw Object.assign(new Error(body.detail ?? body.title ?? `HTTP ${response.status}`), { status: response.status })
}
