import { h } from '../lib/dom.js'
import { bytes, compact, duration } from '../lib/format.js'
import { keepLoading } from '../lib/load.js'
import { problem } from '../parts/problem.js'
import { table } from '../parts/table.js'
import { go, withQuery } from '../router.js'
import { drawTopic, enterTopic, topicKey } from './topic.js'

export const topicsScreen = {
  id: 'topics',
  href: '/topics',
  title: 'Topics',
  letter: 't',
  keyOf: place => (place.path[1] === undefined ? '' : topicKey(place)),
  enter({ place }) {
    return place.path[1] === undefined
      ? keepLoading('/api/topics', { into: 'topics', everyMs: 5_000 })
      : enterTopic(place)
  },
  draw(state) {
    return state.place.path[1] === undefined ? drawList(state) : drawTopic(state)
  }
}

function drawList({ screen, place }) {
  const all = place.query.get('show') === 'all'
  const head = h(
    'div.screen-head',
    {},
    h('h1', {}, 'Topics'),
    h(
      'label.check',
      {},
      h('input', {
        type: 'checkbox',
        checked: all,
        onchange: event => go(withQuery({ show: event.target.checked ? 'all' : null }))
      }),
      'with internal topics and heartbeats'
    )
  )
  const { topics, error } = screen
  if (topics === undefined)
    return [
      head,
      error === undefined ? h('p.loading', {}, 'Asking Kafka …') : problem(error, 'The topics cannot be listed')
    ]
  const items = topics.items.filter(topic => all || !(topic.internal || topic.heartbeat))
  const hidden = topics.items.length - items.length
  return [
    head,
    error === undefined ? null : problem(error, 'This list is old'),
    h(
      'section.panel',
      {},
      items.length === 0
        ? h('p.empty', {}, 'There is no topic yet. npm start makes those of the pipeline.')
        : listOf(items),
      hidden > 0 ? h('p.footnote', {}, `${hidden} internal and heartbeat topics are hidden.`) : null
    )
  ]
}

function listOf(items) {
  return table({
    label: 'Topics',
    items,
    keyOf: topic => topic.name,
    columns: [
      ['Topic', ({ name }) => h('a', { href: `/topics/${encodeURIComponent(name)}` }, name)],
      ['Partitions', topic => String(topic.partitions), 'num'],
      ['Records kept', topic => compact(topic.records), 'num'],
      ['On disk', topic => bytes(topic.bytes), 'num'],
      ['Retention', retention],
      ['Clean-up', topic => topic.cleanup ?? '–']
    ]
  })
}

function retention({ retentionMs }) {
  if (retentionMs === null) return '–'
  return retentionMs < 0 ? 'for ever' : duration(retentionMs)
}
