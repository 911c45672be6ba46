import { html } from 'htm/preact'
import { act, underWay } from './act.js'
import { ask } from './api.js'
import { caller } from './caller.js'
import { submitted } from './parts.js'

const retryMs = 2_000

/** Asks the gateway who is logged in. Without an answer, it stays as it was. */
export async function readCaller() {
  const found = await ask('/session').catch(() => undefined)
  if (found !== undefined) caller.value = found
}

/** Asks until there is an answer. */
export async function findCaller() {
  await readCaller()
  if (caller.value === undefined) setTimeout(() => void findCaller(), retryMs)
}

export async function logOut() {
  await act('DELETE', '/session')
  caller.value = null
}

export function Login() {
  /** @param {SubmitEvent} event */
  const submit = async event => {
    const { client = '', secret = '' } = submitted(event)
    const found = await act('POST', '/session', { client: client.trim(), secret: secret.trim() })
    if (found !== undefined) caller.value = found
  }
  return html`<form class="panel fields login" id="login" onSubmit=${submit} aria-labelledby="login-title">
    <h2 id="login-title" class="wide">Log in</h2>
    <label class="wide">Client <input name="client" required maxlength="100" autocomplete="username" placeholder="operator" /></label>
    <label class="wide">Secret <input name="secret" type="password" required maxlength="200" autocomplete="current-password" /></label>
    <button class="primary" aria-disabled=${underWay.value.has('POST /session')}>Log in</button>
    <p class="small wide">customer, shop and rider have one column each, operator has all three. Their secrets are the files in
      secrets/auth of the folder with the data.</p>
  </form>`
}
