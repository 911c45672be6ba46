import { h } from '../lib/dom.js'

/**
 * A table that scrolls inside itself: `columns` are `[title, cell, class]`, where `cell` makes the content from an item;
 * the first one names its row.
 */
export function table({ label, columns, items, keyOf, rowClass }) {
  const rows = items.map(item =>
    h(
      'tr',
      { 'data-key': String(keyOf(item)), class: rowClass?.(item) },
      columns.map(([, cell, kind], index) =>
        h(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, class: kind }, cell(item))
      )
    )
  )
  return h(
    'div.scroll',
    { tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table.list',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map(([title, , kind]) => h('th', { scope: 'col', class: kind }, title))
        )
      ),
      h('tbody', {}, rows)
    )
  )
}
