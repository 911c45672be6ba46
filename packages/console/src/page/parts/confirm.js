import { h } from '../lib/dom.js'

/**
 * Asks once more before something changes. Answers what was typed where `ask` names a field, else true; null when the
 * person thought better of it. With `word`, only that word, typed, opens the button.
 */
export function confirmAction({ title, text, button, ask, word }) {
  return new Promise(resolve => {
    const field =
      ask === undefined && word === undefined
        ? null
        : h('input', { id: 'confirm-field', autocomplete: 'off', required: true })
    const yes = h('button.danger', { type: 'submit', disabled: field !== null }, button)
    if (field !== null)
      field.oninput = () => (yes.disabled = word === undefined ? field.value.trim() === '' : field.value !== word)
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'confirm-title' },
      h(
        'form',
        { method: 'dialog' },
        h('h2', { id: 'confirm-title' }, title),
        h('p', {}, text),
        field === null
          ? null
          : h('label', { for: 'confirm-field' }, word === undefined ? ask : `Type ${word} to go on`),
        field,
        h('div.dialog-buttons', {}, h('button', { type: 'button', onclick: () => dialog.close('no') }, 'Cancel'), yes)
      )
    )
    dialog.addEventListener('submit', () => (dialog.returnValue = 'yes'))
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? (field?.value ?? true) : null)
      dialog.remove()
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}
