import { html } from 'htm/preact'
import { ThemeButton } from '@outbox-cdc/console/page/parts/theme-button.js'
import { currentScreen, screens } from './screens.js'

/** The bar on top of every screen. */
export function Header() {
  const current = currentScreen()
  return html`<header>
    <div class="row bar">
      <a class="brand" href="/">outbox-cdc contracts</a>
      <nav aria-label="Screens">
        ${screens.map(
          ({ href, title }) =>
            html`<a key=${href} href=${href} aria-current=${href === current.href ? 'page' : null}>${title}</a>`
        )}
      </nav>
      <${ThemeButton} />
    </div>
  </header>`
}
