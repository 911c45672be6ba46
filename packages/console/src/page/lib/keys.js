import { go } from '../router.js'
import { screens } from '../screens/index.js'
import { h, patch } from './dom.js'

/** `/` searches, `?` lists the keys, `g` and a letter goes to a screen. */
export function listenForKeys() {
  let after = ''
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key === '/') return focusSearch(event)
    if (event.key === '?') return openKeys()
    const screen = after === 'g' ? screens.find(({ letter }) => letter === event.key) : undefined
    after = event.key
    if (screen !== undefined) go(screen.href)
  })
}

function isTyping(target) {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
}

function focusSearch(event) {
  event.preventDefault()
  const field = document.querySelector('main input[type=search]')
  if (field !== null) field.focus()
  else {
    go('/orders')
    document.querySelector('main input[type=search]')?.focus()
  }
}

export function openKeys() {
  const dialog = h('dialog.keys', { 'aria-labelledby': 'keys-title' })
  const row = (key, words) => h('tr', {}, h('th', { scope: 'row' }, h('kbd', {}, key)), h('td', {}, words))
  patch(
    dialog,
    h('h2', { id: 'keys-title' }, 'Keys'),
    h(
      'table',
      {},
      h(
        'tbody',
        {},
        row('/', 'search'),
        row('?', 'this list'),
        screens.map(({ letter, title }) => row(`g ${letter}`, `go to ${title}`))
      )
    ),
    h('form', { method: 'dialog' }, h('button', {}, 'Close'))
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
