import { h } from '../lib/dom.js'
import { ago, exact } from '../lib/format.js'
import { keepLoading } from '../lib/load.js'
import { parkedActions } from '../parts/parked-actions.js'
import { problem } from '../parts/problem.js'
import { recordDetails } from '../parts/record.js'
import { stateMark } from '../parts/state-mark.js'
import { table } from '../parts/table.js'

export const parkedScreen = {
  id: 'parked',
  href: '/parked',
  title: 'Parked',
  letter: 'p',
  keyOf: ({ path }) => path.slice(1).join('/'),
  enter({ place }) {
    const [, consumer, key] = place.path
    if (key === undefined) return keepLoading('/api/parked', { into: 'parked', everyMs: 1_500 })
    const query = new URLSearchParams({ consumer, key })
    return keepLoading(`/api/parked/events?${query}`, { into: 'events', everyMs: 1_500 })
  },
  draw(state) {
    return state.place.path[2] === undefined ? drawList(state) : drawKey(state)
  }
}

function drawList({ screen, now }) {
  const { parked, error } = screen
  const head = h('div.screen-head', {}, h('h1', {}, 'Parked events'))
  if (parked === undefined)
    return [
      head,
      error === undefined
        ? h('p.loading', {}, 'Asking the delivery database …')
        : problem(error, 'The parked events cannot be read')
    ]
  if (parked.items.length === 0)
    return [
      head,
      h(
        'section.panel',
        {},
        h('p', {}, stateMark('ok', 'Nothing is parked')),
        h(
          'p.empty',
          {},
          'An event that cannot be handled is set aside here with its reason, and the later events of the same order queue behind it. All others flow on.'
        )
      )
    ]
  const columns = [
    [
      'Key',
      ({ consumer, key }) => h('a', { href: `/parked/${encodeURIComponent(consumer)}/${encodeURIComponent(key)}` }, key)
    ],
    ['Reason', ({ reason }) => stateMark('stopped', reason)],
    ['Waiting', one => String(one.waiting), 'num'],
    ['Parked', ({ parkedAt }) => h('span', { title: exact(parkedAt) }, ago(parkedAt, now))],
    ['Retry', ({ retryAskedAt }) => (retryAskedAt === null ? '–' : `asked ${ago(retryAskedAt, now)}`)],
    ['Consumer', one => one.consumer]
  ]
  return [
    head,
    error === undefined ? null : problem(error, 'This list is old'),
    h(
      'section.panel',
      {},
      table({
        label: 'Parked keys, oldest first',
        items: parked.items,
        keyOf: one => `${one.consumer}/${one.key}`,
        columns
      })
    )
  ]
}

function drawKey({ screen, place, about, now }) {
  const { events, error } = screen
  const [, consumer, key] = place.path
  const head = h(
    'div.screen-head',
    {},
    h('h1', {}, `Parked: ${key}`),
    /^\d+$/.test(key) ? h('a', { href: `/orders/${key}` }, `Follow order ${key}`) : null
  )
  if (events === undefined)
    return [
      head,
      error === undefined
        ? h('p.loading', {}, 'Asking the delivery database …')
        : problem(error, 'These events cannot be read')
    ]
  const waiting = events.items.filter(({ state }) => state === 'waiting')
  const settled = events.items.filter(({ state }) => state !== 'waiting').toReversed()
  return [
    head,
    error === undefined ? null : problem(error, 'This picture is old'),
    waiting.length === 0
      ? h('p.summary', {}, stateMark('ok', 'Nothing of this key waits any more'))
      : h(
          'p.summary',
          {},
          stateMark(
            'stopped',
            `${waiting.length === 1 ? '1 event waits' : `${waiting.length} events wait`} for a person`
          )
        ),
    waiting.length === 0
      ? null
      : h(
          'section.panel.parked',
          {},
          h(
            'p',
            {},
            'Mend the cause, then retry: they are applied in this order. Skip gives up the first one for good.'
          ),
          parkedActions({ consumer, key, retryAskedAt: null }, { about, now })
        ),
    [...waiting, ...settled].map(event => eventPanel(event, now))
  ]
}

const markOf = { waiting: 'stopped', applied: 'ok', skipped: 'slow' }

function eventPanel(event, now) {
  const behind = event.reason === 'BEHIND' ? 'queued behind the one before' : event.reason
  return h(
    'section.panel',
    { 'data-key': String(event.id) },
    h(
      'h2',
      {},
      stateMark(markOf[event.state], `${event.record.event ?? 'record'}: ${event.state}`),
      h(
        'span.step',
        {},
        ` ${behind} · ${event.attempts === 1 ? '1 attempt' : `${event.attempts} attempts`} · parked ${ago(event.parkedAt, now)}`
      )
    ),
    event.note === null ? null : h('p', {}, `Note: ${event.note}`),
    event.error === null ? null : h('pre.error', {}, event.error),
    event.stack === null
      ? null
      : h('details', {}, h('summary', {}, 'Where it was thrown'), h('pre.error', {}, event.stack)),
    h('details', {}, h('summary', {}, 'The record'), recordDetails(event.record))
  )
}
