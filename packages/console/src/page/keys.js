import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { Modal } from './parts/dialog.js'
import { go } from './place.js'
import { shownScreens } from './screens.js'

export const keysShown = signal(false)

/** `/` searches, `?` lists the keys, `g` and a letter goes to a screen. */
export function listenForKeys() {
  let before = ''
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key === '/') return focusSearch(event)
    if (event.key === '?') return (keysShown.value = true)
    const screen = before === 'g' ? shownScreens().find(({ letter }) => letter === event.key) : undefined
    before = event.key
    if (screen !== undefined) go(screen.href)
  })
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
}

/** @param {KeyboardEvent} event */
function focusSearch(event) {
  event.preventDefault()
  const focus = () => /** @type {HTMLElement | null} */ (document.querySelector('main input[type=search]'))?.focus()
  if (document.querySelector('main input[type=search]') === null) go('/orders')
  // Preact draws the new screen in a microtask, so this one finds its field before the next key arrives.
  queueMicrotask(focus)
}

export function KeysDialog() {
  if (!keysShown.value) return null
  const rows = [
    ['/', 'search'],
    ['?', 'this list'],
    ...shownScreens().map(({ letter, title }) => [`g ${letter}`, `go to ${title}`])
  ]
  return html`<${Modal} titleId="keys-title" onClose=${() => (keysShown.value = false)}>
    <h2 id="keys-title">Keys</h2>
    <table><tbody>
      ${rows.map(([key, words]) => html`<tr key=${key}><td><kbd>${key}</kbd></td><td>${words}</td></tr>`)}
    </tbody></table>
    <form method="dialog"><button>Close</button></form>
  <//>`
}
