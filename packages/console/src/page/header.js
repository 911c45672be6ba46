import { html } from 'htm/preact'
import { ago, duration } from './format.js'
import { hop, hops } from './hops.js'
import { keysShown } from './keys.js'
import { stateMark } from './parts/basics.js'
import { ThemeButton } from './parts/theme-button.js'
import { currentScreen, shownScreens } from './screens.js'
import { flow, lostAt, now } from './signals.js'

/** The bar on top of every screen: where we are, and the one sentence that says whether all is well. */
export function Header() {
  return html`<header>
    <div class="row bar">
      <a class="brand" href="/">outbox-cdc</a>
      ${navigation()}
      <div class="row">
        <${ThemeButton} />
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
  const { parked, sagas } = flow.value ?? {}
  return html`<nav aria-label="Screens">
    ${shownScreens().map(
      screen => html`<a key=${screen.href} href=${screen.href} aria-current=${screen === current ? 'page' : null}>
        ${screen.title}${screen.href === '/parked' && parked ? html`<span class="badge small slow">${parked}</span>` : null}${screen.href === '/sagas' && sagas?.stuck ? html`<span class="badge small stopped">${sagas.stuck}</span>` : null}
      </a>`
    )}
  </nav>`
}

function headline() {
  const picture = flow.value
  if (lostAt.value !== undefined) {
    const silence = `The console itself does not answer (for ${duration(now.value - lostAt.value)} now).`
    return sentence('unknown', `${silence} What you see is old; the page reconnects by itself.`)
  }
  if (picture === undefined) return sentence('unknown', 'Looking at the pipeline …')
  const { state, text, advice } = picture.headline
  const more = html`<span class="muted"> ${advice}</span>${moreAbout(picture.headline)}`
  if (now.value - picture.at > 5_000) return sentence('unknown', [`As of ${ago(picture.at, now.value)}: ${text}`, more])
  return sentence(state, [spoken(text), more])
}

/** @param {import('../api/pipeline-schemas.ts').PartState} state @param {unknown} text */
function sentence(state, text) {
  return html`<div class=${`headline ${state}`} role="status">${stateMark(state, '')}<p>${text}</p></div>`
}

/** The verdict stands out; what proves it follows. @param {string} text */
function spoken(text) {
  const [, verdict, proof] = /^(All is well)(.*)$/.exec(text) ?? []
  return verdict === undefined ? text : html`<b>${verdict}</b><span class="muted">${proof}</span>`
}

/** Where more about it is, unless it is here. @param {import('../api/pipeline-schemas.ts').Flow['headline']} headline */
function moreAbout({ see, hop: name }) {
  const isHere = see === '/' && (name === hop.value.name || name === null)
  const link = linkOf[see ?? '']
  if (isHere || see === null || link === undefined) return null
  const query = name === null || hops.length === 1 ? '' : `?${new URLSearchParams({ hop: name })}`
  return html` <a href=${`${see}${query}`}>${link}</a>`
}

/** @type {Record<string, string>} */
const linkOf = {
  '/': 'See the hop',
  '/connectors': 'See the connector',
  '/topics': 'See the topics',
  '/groups': 'See the group',
  '/parked': 'See what is parked',
  '/sagas': 'See the sagas'
}
