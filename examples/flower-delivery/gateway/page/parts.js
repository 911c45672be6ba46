import { html } from 'htm/preact'
import { underWay } from './act.js'
import { caller, may } from './caller.js'
import { fresh } from './rows.js'

/** @typedef {'ok' | 'slow' | 'stopped' | 'pending' | 'unknown'} State */

const won = new Intl.NumberFormat('en-GB')

/** @param {number} amount */
export function money(amount) {
  return `₩${won.format(amount)}`
}

const shapes = {
  ok: html`<circle cx="8" cy="8" r="5.5" />`,
  slow: html`<path d="M8 1.8 14.6 13.6H1.4Z" />`,
  stopped: html`<rect x="2.5" y="2.5" width="11" height="11" rx="1.5" />`,
  pending: html`<path d="M3 2.5 13.5 8 3 13.5Z" />`,
  unknown: html`<circle cx="8" cy="8" r="5" fill="none" stroke="currentcolor" stroke-width="2.5" />`
}

/** A state as a colour, a shape and words. @param {State} state @param {unknown} words */
export function stateMark(state, words) {
  return html`<span class=${`state ${state}`}>
    <svg viewBox="0 0 16 16" class="mark" aria-hidden="true">${shapes[state]}</svg>${words}
  </span>`
}

/**
 * The column of one of the three, or why it is empty.
 * @param {{ id: string, title: string, about: string, scope: import('./caller.js').Scope }} role
 * @param {unknown} content
 */
export function column({ id, title, about, scope }, content) {
  return html`<section class="column" id=${id} aria-labelledby=${`${id}-title`} tabindex="-1">
    <div class="column-head"><h2 id=${`${id}-title`}>${title}</h2><p class="small">${about}</p></div>
    ${may(scope) ? content : html`<p class="panel muted">${caller.value?.clientId} may not act as ${title.toLowerCase()}.</p>`}
  </section>`
}

/**
 * A list with its title; why it is old, if it couldn't be read; or what makes it fill.
 * @template Row
 * @param {string} title
 * @param {import('./rows.js').List<Row>} list
 * @param {{ empty: string, draw: (row: Row) => unknown }} options
 */
export function listOf(title, { rows, failure }, { empty, draw }) {
  const { value } = rows
  const nothing = html`<p class="muted empty">${value === undefined ? 'Loading …' : empty}</p>`
  return html`<div class="panel">
    <h3>${title}</h3>
    ${failure.value !== undefined && html`<p class="problem stopped" role="alert">${stateMark('stopped', failure.value)}</p>`}
    ${value?.length ? html`<ul class="cards">${value.map(draw)}</ul>` : failure.value === undefined && nothing}
  </div>`
}

const consoleUrl = document.querySelector('meta[name=console]')?.getAttribute('content') ?? ''

/** The number of an order, which leads to its timeline in the console. @param {number} orderId */
function orderLink(orderId) {
  if (consoleUrl === '') return html`<span class="number">#${orderId}</span>`
  return html`<a class="number" href=${`${consoleUrl}/sagas/${orderId}`} target="_blank" rel="noopener"
    title="See its timeline in the console">#${orderId}<span class="sr"> timeline</span></a>`
}

/**
 * An order as one of the three sees it.
 * @param {string} path whose row it is
 * @param {import('./rows.js').Ordered} order
 * @param {{ mark: unknown, beside?: unknown, more?: unknown, buttons?: unknown }} shown
 */
export function orderCard(path, { orderId, itemName, storeName, qty, userName }, { mark, beside, more, buttons }) {
  const isFresh = fresh.value.has(`${path}/${orderId}`)
  return html`<li key=${orderId} class=${isFresh ? 'card fresh' : 'card'} data-order=${orderId} tabindex="-1"
    aria-label=${`Order ${orderId}`}>
    <div class="row apart">
      <span class="what">${orderLink(orderId)} <b>${itemName}</b> <span class="times">× ${qty}</span></span>
      ${mark}
    </div>
    <div class="row apart">
      <p class="small">${beside}for ${userName} · ${storeName}</p>
      ${buttons && html`<div class="row buttons">${buttons}</div>`}
    </div>
    ${more}
  </li>`
}

/**
 * A button that does one thing to an order. While it is done, the button keeps the focus, but does nothing.
 * @param {{ words: string, about: string, busy: string, kind?: string, onClick: () => unknown }} options
 */
export function button({ words, about, busy, kind = '', onClick }) {
  return html`<button type="button" class=${kind} aria-label=${`${words} ${about}`}
    aria-disabled=${underWay.value.has(busy)} onClick=${onClick}>${words}</button>`
}

/** What a form holds when it is sent, without the page being left. @param {SubmitEvent} event */
export function submitted(event) {
  event.preventDefault()
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target))
  return Object.fromEntries([...form].map(([name, value]) => [name, typeof value === 'string' ? value : '']))
}
