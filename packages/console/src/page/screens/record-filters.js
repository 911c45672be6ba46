import { h } from '../lib/dom.js'
import { go, withQuery } from '../router.js'

const fields = ['text', 'key', 'event', 'since']

/** What to look for. It all lies in the address, so a search can be sent to somebody. */
export function recordFilters({ place, screen }) {
  const { query } = place
  const submit = event => {
    event.preventDefault()
    const form = new FormData(event.target)
    const since = form.get('since')
    const changes = Object.fromEntries(fields.map(name => [name, form.get(name).trim()]))
    go(withQuery({ ...changes, since: since === '' ? null : new Date(since).getTime(), before: null, at: null }))
  }
  const input = (name, label, more = {}) =>
    h(
      'label.field',
      {},
      h('span', {}, label),
      h('input', { name, value: query.get(name) ?? '', autocomplete: 'off', ...more })
    )
  const isSearch = fields.some(name => query.has(name))
  return h(
    'form.filters',
    { role: 'search', onsubmit: submit },
    input('text', 'Text anywhere', { type: 'search', placeholder: 'joon' }),
    input('key', 'Key', { placeholder: '7' }),
    input('event', 'Event', { placeholder: 'order_created', list: 'events' }),
    input('since', 'Not before', { type: 'datetime-local', value: localTime(query.get('since')) }),
    h(
      'datalist',
      { id: 'events' },
      [...new Set((screen.records?.items ?? []).map(({ event }) => event).filter(Boolean))].map(value =>
        h('option', { value })
      )
    ),
    h(
      'div.filter-buttons',
      {},
      h('button.primary', {}, 'Search'),
      isSearch || query.has('at') || query.has('before')
        ? h('a.button', { href: `/topics/${encodeURIComponent(place.path[1])}` }, 'Newest again')
        : null
    )
  )
}

function localTime(ms) {
  if (ms === null) return ''
  const date = new Date(Number(ms))
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
