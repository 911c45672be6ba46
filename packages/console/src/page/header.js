import { html } from 'htm/preact'
import { ago, duration } from './format.js'
import { keysShown } from './keys.js'
import { stateMark } from './parts/basics.js'
import { themeChanges } from './parts/chart.js'
import { currentScreen, screens } from './screens.js'
import { flow, lostAt, now } from './signals.js'

/** The bar on top of every screen: where we are, and the one sentence that says whether all is well. */
export function Header() {
  return html`<header>
    <div class="bar">
      <a class="brand" href="/">outbox-cdc</a>
      ${navigation()}
      <div class="row">
        <button class="quiet" type="button" onClick=${toggleTheme} title="Light or dark">
          <span class="theme-mark" aria-hidden="true"></span>
          <span class="sr">Change between light and dark</span>
        </button>
        <button class="quiet" type="button" onClick=${() => (keysShown.value = true)} title="Keys (?)">
          ?<span class="sr"> lists the keys</span>
        </button>
      </div>
    </div>
    ${headline()}
  </header>`
}

function navigation() {
  const current = currentScreen()
  const parked = flow.value?.parked
  return html`<nav aria-label="Screens">
    ${screens.map(
      screen => html`<a key=${screen.id} href=${screen.href} aria-current=${screen === current ? 'page' : null}>
        ${screen.title}${screen.id === 'parked' && parked ? html`<span class="badge">${parked}</span>` : null}
      </a>`
    )}
  </nav>`
}

function headline() {
  const picture = flow.value
  if (lostAt.value !== undefined) {
    const since = duration(now.value - lostAt.value)
    return sentence(
      'unknown',
      `The console itself does not answer (for ${since} now). What you see is old; the page reconnects by itself.`
    )
  }
  if (picture === undefined) return sentence('unknown', 'Looking at the pipeline …')
  const { state, text, advice, see } = picture.headline
  const link = see === null ? undefined : linkOf[see]
  const more = [
    advice !== null && html`<span class="muted"> ${advice}</span>`,
    link !== undefined && html` <a href=${see}>${link}</a>`
  ]
  if (now.value - picture.at > 5_000)
    return sentence('unknown', [`As of ${ago(picture.at, now.value)}: ${text}`, ...more])
  return sentence(state, [spoken(text), ...more])
}

/** @param {import('../api/pipeline-schemas.ts').HopState} state @param {unknown} text */
function sentence(state, text) {
  return html`<div class=${`headline ${state}`} role="status">${stateMark(state, '')}<p>${text}</p></div>`
}

/** The verdict stands out; what proves it follows. @param {string} text */
function spoken(text) {
  const [, verdict, proof] = /^(All is well)(.*)$/.exec(text) ?? []
  return verdict === undefined ? text : html`<b>${verdict}</b><span class="muted">${proof}</span>`
}

/** @type {Record<string, string>} */
const linkOf = {
  '/connectors': 'See the connector',
  '/topics': 'See the topics',
  '/groups': 'See the group',
  '/parked': 'See what is parked'
}

function toggleTheme() {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches
  const { theme } = document.documentElement.dataset
  const isDark = theme === 'dark' || (theme !== 'light' && prefersDark)
  const next = isDark ? 'light' : 'dark'
  document.documentElement.dataset['theme'] = next
  localStorage.setItem('theme', next)
  themeChanges.value++
}
