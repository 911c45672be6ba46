import { h } from '../lib/dom.js'

/** Says what became of an action, for a while, also to a screen reader. */
export function notify(text, state = 'ok') {
  const notice = h('p.notice', { class: state }, text)
  document.getElementById('notices').append(notice)
  setTimeout(() => notice.remove(), 8_000)
}
