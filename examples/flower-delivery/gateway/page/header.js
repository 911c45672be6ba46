import { html } from 'htm/preact'
import { caller } from './caller.js'
import { lastChange, lostAt, now, reading } from './live.js'
import { logOut } from './login.js'
import { stateMark } from './parts.js'

/** @import { State } from './parts.js' */

/** The bar on top: the three roles, and one sentence that says whether what is shown is live. */
export function Header() {
  return html`<header>
    <div class="row bar">
      <a class="brand" href="/">Flower delivery</a>
      <nav aria-label="Roles">
        <a href="#customer">Customer</a><a href="#shop">Shop owner</a><a href="#rider">Rider</a>
      </nav>
      ${sentence()}
      ${account()}
      <button class="quiet" type="button" onClick=${toggleTheme} title="Light or dark">
        <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 0a8 8 0 0 0 0 16A8 8 0 0 0 8 0v2a6 6 0 0 1 0 12Z" fill="currentcolor" />
        </svg>
        <span class="sr">Change between light and dark</span>
      </button>
    </div>
    ${trouble()}
  </header>`
}

function account() {
  if (!caller.value) return null
  return html`<p class="account">Logged in as <b>${caller.value.clientId}</b></p>
    <button type="button" onClick=${logOut}>Log out</button>`
}

function sentence() {
  const change = lastChange.value
  if (!caller.value || lostAt.value !== undefined || reading.value !== true) return html`<p class="live" />`
  if (change === undefined) return html`<p class="live">${stateMark('ok', 'Live')}</p>`
  const { event, service, orderId, itemId, at } = change
  const about = orderId === null ? `item ${itemId}` : `order ${orderId}`
  return html`<p class="live">
    ${stateMark('ok', 'Live')} <span class="muted">${about}: <code>${event}</code> by ${service}, ${ago(at)}</span>
  </p>`
}

function trouble() {
  const lost = caller.value === null ? undefined : lostAt.value
  if (lost !== undefined) {
    const text = `The gateway does not answer (since ${ago(lost)}). What you see is old; the page reconnects by itself.`
    return banner('stopped', text)
  }
  if (caller.value && reading.value === false)
    return banner(
      'slow',
      'No events come in, because Kafka does not answer. The page reads everything every 5 seconds.'
    )
  return null
}

/** @param {State} state @param {string} text */
function banner(state, text) {
  return html`<div class=${`headline ${state}`} role="status">${stateMark(state, '')}<p>${text}</p></div>`
}

/** @param {number} at */
function ago(at) {
  const seconds = Math.max(0, Math.round((now.value - at) / 1_000))
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`
}

function toggleTheme() {
  const { style } = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  style.colorScheme = (style.colorScheme || system) === 'dark' ? 'light' : 'dark'
  localStorage.setItem('theme', style.colorScheme)
}
