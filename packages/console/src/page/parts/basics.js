import { html } from 'htm/preact'
import { Refusal } from '../api.js'
import { ago, exact, idText } from '../format.js'
import { now } from '../signals.js'
import { notify } from './notices.js'

/** @import { PartState } from '../../api/pipeline-schemas.ts' */

/** @typedef {PartState | 'pending'} Mark */

const stateWords = { ok: 'well', slow: 'slow', stopped: 'stopped', unknown: 'unknown', pending: 'waiting' }
const shapes = {
  pending: html`<path d="M1.5 6h3v4h-3Zm5 0h3v4h-3Zm5 0h3v4h-3Z" />`,
  ok: html`<circle cx="8" cy="8" r="5.5" />`,
  slow: html`<path d="M8 1.8 14.6 13.6H1.4Z" />`,
  stopped: html`<rect x="2.5" y="2.5" width="11" height="11" rx="1.5" />`,
  unknown: html`<circle cx="8" cy="8" r="5" fill="none" stroke="currentcolor" stroke-width="2.5" />`
}

/**
 * A state as a colour, a shape and a word; with empty words the shape alone, beside a sentence that says it.
 * @param {Mark} state
 * @param {string} [text]
 */
export function stateMark(state, text = stateWords[state]) {
  return html`<span class=${`state ${state}`}>
    <svg viewBox="0 0 16 16" class="mark" aria-hidden="true">${shapes[state]}</svg>
    ${text === '' ? html`<span class="sr">${stateWords[state]}: </span>` : text}
  </span>`
}

/**
 * An error in the place of what could not be loaded: which part, and what it means.
 * @param {Error} error
 * @param {string} what
 */
export function problem(error, what) {
  if (error instanceof Refusal && error.status === 501)
    return html`<div class="stack problem stopped">${stateMark('unknown', 'Not configured')}<p>${error.message}.</p></div>`
  return html`<div class="stack problem stopped" role="alert">${stateMark('stopped', what)}<p>${error.message}</p></div>`
}

/**
 * Draws what was loaded; until then, or after a failure, says why there is nothing or only an old answer.
 * @template T
 * @param {import('../load.js').Loaded<T>} loaded
 * @param {string} failed
 * @param {(data: T) => unknown} draw
 */
export function whenLoaded({ data, error }, failed, draw) {
  if (data !== undefined) return html`${error && problem(error, 'This picture is old')}${draw(data)}`
  return error === undefined ? html`<p class="muted loading">Loading …</p>` : problem(error, failed)
}

/** What a list leaves out, and why. @param {readonly string[]} sentences */
export function missingNotes(sentences) {
  return sentences.map(sentence => html`<p class="small footnote">${stateMark('unknown', sentence)}</p>`)
}

/** How long ago, with the exact time in its tooltip. @param {number | null} at */
export function when(at) {
  if (at === null) return html`<span class="muted">not known</span>`
  return html`<span title=${exact(at)}>${ago(at, now.value)}</span>`
}

/** @param {unknown} title @param {unknown} [beside] */
export function screenHead(title, beside) {
  return html`<div class="row screen-head"><h1>${title}</h1>${beside}</div>`
}

/** @param {unknown} title @param {unknown} content */
export function panel(title, content) {
  return html`<section class="panel"><h2>${title}</h2>${content}</section>`
}

/**
 * Labels and values; a missing value leaves its label out.
 * @param {readonly (readonly [label: string, value: unknown])[]} rows
 */
export function pairs(rows) {
  const known = rows.filter(([, value]) => value !== null && value !== undefined)
  return html`<dl class="stack pairs">
    ${known.map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}
  </dl>`
}

/**
 * @template T
 * @typedef {readonly [title: string, cell: (item: T) => unknown, kind?: string]} Column
 */

/**
 * A table that scrolls inside itself, or `empty` where there is nothing. The first column names its row, and leads to
 * `hrefOf` it.
 * @template T
 * @param {{
 *   label: string, items: readonly T[],
 *   hrefOf?: (item: T) => string, keyOf?: (item: T) => string, rowClass?: (item: T) => string | false, empty?: unknown
 * }} options
 * @param {readonly [Column<T>, ...Column<T>[]]} columns
 */
export function table({ label, items, hrefOf, keyOf = hrefOf, rowClass, empty }, [first, ...others]) {
  if (items.length === 0 && empty) return html`<p class="muted empty">${empty}</p>`
  const row = (/** @type {T} */ item) => {
    const href = hrefOf?.(item)
    const name = first[1](item)
    return html`<tr key=${keyOf?.(item)} class=${rowClass?.(item)}>
      <th scope="row">${href === undefined ? name : html`<a href=${href}>${name}</a>`}</th>
      ${others.map(([, cell, kind]) => html`<td class=${kind}>${cell(item)}</td>`)}
    </tr>`
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="list">
      <thead><tr>${[first, ...others].map(([title, , kind]) => html`<th scope="col" class=${kind}>${title}</th>`)}</tr></thead>
      <tbody>${items.map(row)}</tbody>
    </table>
  </div>`
}

/** A value that a click copies whole, shown as it is or in another way. @param {string} text @param {string} [shown] */
export function copyable(text, shown = text) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notify('Copied'),
      () => notify('The browser did not allow copying', 'stopped')
    )
  return html`<button class="plain copy" type="button" title="Copy" onClick=${copy}>${shown}</button>`
}

/** An id that a click copies exactly. @param {string} id */
export function copyableId(id) {
  return copyable(id, idText(id))
}

/** @param {readonly (readonly [href: string, words: unknown])[]} links @param {string} current the address of one of them */
export function tabs(links, current) {
  return html`<div class="row tabs">
    ${links.map(([href, words]) => html`<a href=${href} aria-current=${href === current ? 'page' : null}>${words}</a>`)}
  </div>`
}

/** What a form holds when it is sent, without the page being left; blanks may be a part of an id. @param {SubmitEvent} event */
export function submitted(event) {
  event.preventDefault()
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target))
  return Object.fromEntries([...form].map(([name, value]) => [name, typeof value === 'string' ? value : '']))
}

/** @param {unknown} value */
export function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
