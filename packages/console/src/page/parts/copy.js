import { h } from '../lib/dom.js'
import { notify } from './notice.js'

/** A value that a click copies whole. */
export function copyable(text, shown = text) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notify('Copied'),
      () => notify('The browser did not allow it', 'stopped')
    )
  return h('button.copy', { type: 'button', title: 'Copy', onclick: copy }, shown)
}
