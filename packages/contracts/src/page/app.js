import { html, render } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import { Main } from '@outbox-cdc/console/page/parts/main.js'
import { Notices } from '@outbox-cdc/console/page/parts/notices.js'
import { followLinks, place } from '@outbox-cdc/console/page/place.js'
import { startClock } from '@outbox-cdc/console/page/signals.js'
import { Header } from './header.js'
import { currentScreen } from './screens.js'

function App() {
  const { title, Screen } = currentScreen()
  const { pathname, path } = place.value
  const [, consumer, provider] = path
  useEffect(() => {
    document.title = `${consumer ? `${consumer} and ${provider}` : title} · outbox-cdc`
  })
  return html`
    <a class="skip sr" href="#main">Skip to the content</a>
    <${Header} />
    <${Main} view=${pathname}><${Screen} key=${pathname} consumer=${consumer} provider=${provider} /><//>
    <${Notices} />
  `
}

render(html`<${App} />`, document.body)
followLinks()
startClock()
