import { html } from 'htm/preact'
import { bytes, compact, duration, number } from '../format.js'
import { useLoaded } from '../load.js'
import { panel, problem, screenHead, tabs, whenLoaded } from '../parts/basics.js'
import { table } from '../parts/table.js'
import { go, place, withQuery } from '../place.js'
import { TopicRecords } from './records.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { DescribedTopic, ListedTopic } from '../../api/kafka-schemas.ts'
 */

export const topicsScreen = { id: 'topics', href: '/topics', title: 'Topics', letter: 't', Screen: TopicsScreen }

function TopicsScreen() {
  const name = place.value.path[1]
  return name === undefined ? html`<${TopicList} />` : html`<${Topic} name=${name} />`
}

function TopicList() {
  /** @type {Loaded<{ items: ListedTopic[] }>} */
  const topics = useLoaded('/api/topics', 5_000)
  const all = place.value.query.get('show') === 'all'
  const toggle = () => go(withQuery({ show: all ? null : 'all' }))
  const check = html`<label class="row muted check">
    <input type="checkbox" checked=${all} onChange=${toggle} />with internal topics and heartbeats
  </label>`
  return html`
    ${screenHead('Topics', check)}
    ${whenLoaded(topics, 'The topics cannot be listed', ({ items }) => list(items, all))}
  `
}

/** @type {(topics: readonly ListedTopic[], all: boolean) => unknown} */
function list(topics, all) {
  const items = topics.filter(topic => all || !topic.internal)
  const hidden = topics.length - items.length
  const rows = table({
    label: 'Topics',
    items,
    empty: 'There are no topics yet.',
    keyOf: topic => topic.name,
    columns: [
      ['Topic', ({ name }) => html`<a href=${`/topics/${encodeURIComponent(name)}`}>${name}</a>`],
      ['Partitions', topic => topic.partitions, 'num'],
      ['Records kept', topic => compact(topic.records), 'num'],
      ['On disk', topic => bytes(topic.bytes), 'num'],
      ['Retention', ({ retentionMs: ms }) => (ms === null ? '–' : ms < 0 ? 'unlimited' : duration(ms))],
      ['Clean-up', topic => topic.cleanup ?? '–']
    ]
  })
  return html`<section class="panel">
    ${rows}${hidden > 0 && html`<p class="small footnote">${hidden} internal and heartbeat topics are hidden.</p>`}
  </section>`
}

/** @param {{ name: string }} properties */
function Topic({ name }) {
  const isDetails = place.value.query.get('view') === 'details'
  const href = `/topics/${encodeURIComponent(name)}`
  /** @type {Loaded<DescribedTopic>} */
  const topic = useLoaded(`/api${href}`, 3_000)
  const failed = 'This topic cannot be read'
  const body = () => {
    if (isDetails) return whenLoaded(topic, failed, details)
    return topic.error && !topic.data ? problem(topic.error, failed) : html`<${TopicRecords} topic=${name} />`
  }
  const links = tabs([
    [href, 'Records', !isDetails],
    [`${href}?view=details`, 'Partitions and settings', isDetails]
  ])
  return html`${screenHead(name, links)}${body()}`
}

/** @param {DescribedTopic} topic */
function details({ partitions, settings }) {
  const places = table({
    label: 'Partitions',
    items: partitions,
    keyOf: one => one.partition,
    columns: [
      ['Partition', one => one.partition],
      ['First', one => number(one.first), 'num'],
      ['Next', one => number(one.next), 'num'],
      ['Kept', one => compact(one.next - one.first), 'num'],
      ['On disk', one => bytes(one.bytes), 'num'],
      ['Leader', one => (one.leader < 0 ? 'none' : one.leader), 'num'],
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
  return html`${panel('Partitions', places)}${panel('Settings', list)}`
}
