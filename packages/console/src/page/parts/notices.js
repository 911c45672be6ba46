import { signal } from '@preact/signals'
import { html } from 'htm/preact'

const notices = signal(/** @type {readonly { id: number, text: string, state: 'ok' | 'stopped' }[]} */ ([]))
let lastId = 0

/**
 * Says for eight seconds what became of an action, also to a screen reader.
 * @param {string} text
 * @param {'ok' | 'stopped'} [state]
 */
export function notify(text, state = 'ok') {
  const id = ++lastId
  notices.value = [...notices.value, { id, text, state }]
  setTimeout(() => (notices.value = notices.value.filter(notice => notice.id !== id)), 8_000)
}

export function Notices() {
  return html`<div id="notices" class="stack" role="status" aria-live="polite">
    ${notices.value.map(({ id, text, state }) => html`<p key=${id} class=${`notice ${state}`}>${text}</p>`)}
  </div>`
}
