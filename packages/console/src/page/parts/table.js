import { html } from 'htm/preact'

/**
 * @template T
 * @typedef {readonly [title: string, cell: (item: T) => unknown, kind?: string]} Column
 */

/**
 * A table that scrolls inside itself, or `empty` where there is nothing. The first column names its row.
 * @template T
 * @param {{
 *   label: string, items: readonly T[], columns: readonly Column<T>[],
 *   keyOf: (item: T) => unknown, rowClass?: (item: T) => string | null, empty?: unknown
 * }} options
 */
export function table({ label, items, columns, keyOf, rowClass, empty }) {
  if (items.length === 0 && empty) return html`<p class="muted empty">${empty}</p>`
  const row = (/** @type {T} */ item) => html`<tr key=${keyOf(item)} class=${rowClass?.(item)}>
    ${columns.map(([, cell, kind], index) =>
      index === 0 ? html`<th scope="row" class=${kind}>${cell(item)}</th>` : html`<td class=${kind}>${cell(item)}</td>`
    )}
  </tr>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="list">
      <thead><tr>${columns.map(([title, , kind]) => html`<th scope="col" class=${kind}>${title}</th>`)}</tr></thead>
      <tbody>${items.map(row)}</tbody>
    </table>
  </div>`
}
