import { html, render } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import { Header } from './header.js'
import { KeysDialog, listenForKeys } from './keys.js'
import { ConfirmDialog } from './parts/dialog.js'
import { Main } from './parts/main.js'
import { Notices } from './parts/notices.js'
import { followLinks, place } from './place.js'
import { currentScreen } from './screens.js'
import { flow, lostAt, startClock } from './signals.js'
import { followFlow } from './stream.js'

function App() {
  const { title, List, One } = currentScreen()
  const { path, query } = place.value
  const [, id, inside] = path
  const view = [...path, query.get('before'), query.get('at')].join('/')
  useEffect(() => {
    document.title = `${title} · ${statusWord()}outbox-cdc`
  })
  return html`
    <a class="skip sr" href="#main">Skip to the content</a>
    <${Header} />
    <${Main} view=${view}><${(id && One) || List} key=${place.value.pathname} id=${id} inside=${inside} /><//>
    <${Notices} />
    <${ConfirmDialog} />
    <${KeysDialog} />
  `
}

/** The tab says that something is wrong while one works elsewhere. */
function statusWord() {
  if (lostAt.value !== undefined) return '(no connection) '
  return flow.value?.headline.state === 'stopped' ? '(stopped) ' : ''
}

render(html`<${App} />`, document.body)
followLinks()
listenForKeys()
startClock()
followFlow()
