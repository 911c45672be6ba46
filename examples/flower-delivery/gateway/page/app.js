import { html, render } from 'htm/preact'
import { caller } from './caller.js'
import { Customer } from './customer.js'
import { Header } from './header.js'
import { keepFocus } from './keep-focus.js'
import { followEvents } from './live.js'
import { findCaller, Login } from './login.js'
import { Notices } from './notices.js'
import { Rider } from './rider.js'
import { Shop } from './shop.js'

function App() {
  return html`
    <a class="skip sr" href=${caller.value ? '#customer' : '#login'}>Skip to the content</a>
    <${Header} />
    <main>
      <h1 class="sr">Flower delivery: customer, shop owner and rider</h1>
      ${caller.value && html`<${Customer} /><${Shop} /><${Rider} />`}
      ${caller.value === null && html`<${Login} />`}
    </main>
    <${Notices} />
  `
}

render(html`<${App} />`, document.body)
keepFocus()
followEvents()
void findCaller()
