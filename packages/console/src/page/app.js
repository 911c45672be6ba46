import { drawHeader } from './header.js'
import { patch } from './lib/dom.js'
import { listenForKeys } from './lib/keys.js'
import { currentPlace, startRouter } from './router.js'
import { screenFor } from './screens/index.js'
import { onDraw, state, updateNow } from './state.js'
import { followFlow } from './stream.js'

const header = document.getElementById('header')
const main = document.getElementById('main')

onDraw(() => {
  const screen = screenFor(state.place)
  const view = `${screen.id} ${screen.keyOf?.(state.place) ?? ''}`
  patch(header, drawHeader(state))
  document.title = `${screen.title} · ${statusWord(state)}outbox-cdc`
  if (view !== main.dataset.view) enter(screen, view)
  patch(main, screen.draw(state))
  screen.after?.(state, main)
})

/** A new screen starts with its own data; what the last one was loading is dropped. */
function enter(screen, view) {
  const moved = main.dataset.view !== undefined
  state.leave?.()
  state.screen = {}
  main.dataset.view = view
  main.replaceChildren()
  state.leave = screen.enter?.(state)
  if (moved && !document.activeElement?.closest?.('nav, form')) main.focus({ preventScroll: true })
}

/** The tab says that something is wrong while one works elsewhere. */
function statusWord({ flow, connected }) {
  if (!connected) return '(no connection) '
  return flow?.headline.state === 'stopped' ? '(stopped) ' : ''
}

startRouter()
listenForKeys()
updateNow({ place: currentPlace() })
followFlow()
