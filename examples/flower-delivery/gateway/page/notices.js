import { signal } from '@preact/signals'
import { html } from 'htm/preact'

/** @typedef {{ text: string, state: 'ok' | 'stopped' }} Notice */

const shownMs = 8_000
const shown = signal(/** @type {ReadonlySet<Notice>} */ (new Set()))

/** Says for some seconds what became of an action, also to a screen reader. @param {string} text @param {Notice['state']} [state] */
export function notify(text, state = 'ok') {
  const notice = { text, state }
  shown.value = new Set([...shown.value, notice])
  setTimeout(() => dismiss(notice), shownMs)
}

/** @param {Notice} notice */
function dismiss(notice) {
  shown.value = new Set([...shown.value].filter(one => one !== notice))
}

export function Notices() {
  const notices = [...shown.value].slice(-4)
  return html`<div id="notices" role="status" aria-live="polite">
    ${notices.map(notice => html`<p class=${`notice ${notice.state}`}>${notice.text}</p>`)}
  </div>`
}
