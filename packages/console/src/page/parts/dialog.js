import { signal, useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { notify } from './notices.js'

/**
 * `ask` names a field that must be filled; `word` must be typed before the button works; `success` is said afterwards.
 * @typedef {{ title: string, text: string, button: string, success: string, ask?: string, word?: string }} Question
 * @typedef {(typed: string) => Promise<unknown>} Run
 */

const asked = signal(/** @type {Question & { run: Run } | undefined} */ (undefined))

/**
 * Asks before something changes; then does it and says what became of it.
 * @param {Question} question
 * @param {Run} run
 */
export function confirmed(question, run) {
  asked.value = { ...question, run }
}

export function ConfirmDialog() {
  return asked.value && html`<${Confirm} question=${asked.value} />`
}

/** @param {{ question: NonNullable<typeof asked.value> }} properties */
function Confirm({ question: { title, text, button, success, ask, word, run } }) {
  const typed = useSignal('')
  const label = word === undefined ? ask : `Type ${word} to go on`
  const isFilled = word === undefined ? typed.value.trim() !== '' : typed.value === word
  /** @param {string} answer */
  const close = answer => {
    asked.value = undefined
    if (answer !== 'yes') return
    run(typed.value).then(
      () => notify(success),
      error => notify(error.message, 'stopped')
    )
  }
  /** @param {Event} event */
  const cancel = event => /** @type {HTMLElement} */ (event.target).closest('dialog')?.close('no')
  const type = (/** @type {{ target: HTMLInputElement }} */ { target }) => (typed.value = target.value)
  const field = html`<label for="confirm-field">${label}</label>
    <input id="confirm-field" autocomplete="off" required onInput=${type} />`
  return html`<${Modal} titleId="confirm-title" onClose=${close}>
    <form class="stack" method="dialog">
      <h2 id="confirm-title">${title}</h2>
      <p>${text}</p>
      ${label && field}
      <div class="row dialog-buttons">
        <button type="button" onClick=${cancel}>Cancel</button>
        <button class="danger" value="yes" disabled=${label !== undefined && !isFilled}>${button}</button>
      </div>
    </form>
  <//>`
}

/**
 * A dialog that is open as long as it is drawn.
 * @param {{ titleId: string, onClose: (answer: string) => void, children: unknown }} properties
 */
export function Modal({ titleId, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return html`<dialog ref=${dialog} aria-labelledby=${titleId}
    onClose=${() => onClose(dialog.current?.returnValue ?? '')}>${children}</dialog>`
}
