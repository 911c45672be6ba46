import { h } from '../lib/dom.js'
import { bytes, compact, number } from '../lib/format.js'
import { all, keepLoading } from '../lib/load.js'
import { problem } from '../parts/problem.js'
import { table } from '../parts/table.js'
import { volumeChart } from '../parts/volume.js'
import { recordFilters } from './record-filters.js'
import { drawRecords, enterRecords } from './records.js'

const ranges = { 60: 'hour', 1440: 'day', 10080: 'week' }

export function topicKey({ path, query }) {
  const shown = ['view', 'minutes', 'before', 'at', 'text', 'key', 'event', 'since', 'partition'].map(
    name => query.get(name) ?? ''
  )
  return [path[1], ...shown].join('|')
}

export function enterTopic({ path, query }) {
  const topic = encodeURIComponent(path[1])
  const minutes = Number(query.get('minutes') ?? 60)
  return all(
    keepLoading(`/api/topics/${topic}`, { into: 'topic', everyMs: 3_000 }),
    query.get('view') === 'details'
      ? undefined
      : keepLoading(`/api/topics/${topic}/volume?minutes=${minutes}`, { into: 'volume', everyMs: 10_000 }),
    query.get('view') === 'details' ? undefined : enterRecords({ topic, query })
  )
}

export function drawTopic(state) {
  const { place, screen } = state
  const name = place.path[1]
  const details = place.query.get('view') === 'details'
  const link = (view, title) =>
    h(
      'a',
      { href: `/topics/${encodeURIComponent(name)}${view}`, 'aria-current': (view !== '') === details ? 'page' : null },
      title
    )
  const head = h(
    'div.screen-head',
    {},
    h('h1', {}, name),
    h('div.tabs', {}, link('', 'Records'), link('?view=details', 'Partitions and settings'))
  )
  if (screen.topic === undefined && screen.error !== undefined)
    return [head, problem(screen.error, 'This topic cannot be read')]
  if (details)
    return [head, screen.topic === undefined ? h('p.loading', {}, 'Asking Kafka …') : detailsOf(screen.topic)]
  return [head, volume(state), recordFilters(state), drawRecords(state)]
}

function volume({ screen, place }) {
  const minutes = Number(place.query.get('minutes') ?? 60)
  const choose = (value, words) =>
    h(
      'a',
      {
        href: `/topics/${encodeURIComponent(place.path[1])}?minutes=${value}`,
        'aria-current': Number(value) === minutes ? 'true' : null
      },
      words
    )
  return h(
    'section.panel',
    {},
    h(
      'div.section-head',
      {},
      h('h2', {}, 'Volume'),
      h(
        'div.tabs',
        {},
        Object.entries(ranges).map(([value, words]) => choose(value, words))
      )
    ),
    screen.volume === undefined ? h('p.loading', {}, 'Counting …') : volumeChart(screen.volume, place)
  )
}

function detailsOf({ partitions, settings }) {
  const places = table({
    label: 'Partitions',
    items: partitions,
    keyOf: one => one.partition,
    columns: [
      ['Partition', one => String(one.partition)],
      ['First', one => number(one.first), 'num'],
      ['Next', one => number(one.next), 'num'],
      ['Kept', one => compact(one.next - one.first), 'num'],
      ['On disk', one => bytes(one.bytes), 'num'],
      ['Leader', one => (one.leader < 0 ? 'none' : String(one.leader)), 'num'],
      ['In sync', one => `${one.inSync.length} of ${one.replicas.length}`]
    ]
  })
  const list = table({
    label: 'Settings',
    items: settings,
    keyOf: one => one.name,
    rowClass: one => (one.changed ? 'changed' : null),
    columns: [
      ['Setting', one => one.name],
      ['Value', one => one.value ?? '–', 'wide'],
      ['', one => (one.changed ? 'set here' : 'default')]
    ]
  })
  return [
    h('section.panel', {}, h('h2', {}, 'Partitions'), places),
    h('section.panel', {}, h('h2', {}, 'Settings'), list)
  ]
}
