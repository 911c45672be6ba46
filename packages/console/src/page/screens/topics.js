import { html } from 'htm/preact'
import { bytes, compact, duration, number } from '../format.js'
import { useLoaded } from '../load.js'
import { missingNotes, panel, screenHead, table, tabs, whenLoaded } from '../parts/basics.js'
import { addressOf, go, place, withQuery } from '../place.js'
import { TopicRecords } from './records.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { DescribedTopic, ListedTopic } from '../../api/kafka-schemas.ts'
 */

export function TopicList() {
  /** @type {Loaded<{ items: ListedTopic[], missing: string[] }>} */
  const topics = useLoaded('/api/topics', 5_000)
  const all = place.value.query.get('show') === 'all'
  const toggle = () => go(withQuery({ show: all ? null : 'all' }))
  const check = html`<label class="row muted check">
    <input type="checkbox" checked=${all} onChange=${toggle} />with internal topics and heartbeats
  </label>`
  return html`
    ${screenHead('Topics', check)}
    ${whenLoaded(topics, 'The topics cannot be listed', ({ items, missing }) => list(items, missing, all))}
  `
}

/** @type {(topics: readonly ListedTopic[], missing: readonly string[], all: boolean) => unknown} */
function list(topics, missing, all) {
  const items = topics.filter(topic => all || !topic.internal)
  const hidden = topics.length - items.length
  const hrefOf = (/** @type {ListedTopic} */ { name }) => addressOf('topics', name)
  const rows = table({ label: 'Topics', items, hrefOf, empty: 'There are no topics yet.' }, [
    ['Topic', topic => topic.name],
    ['Partitions', topic => topic.partitions, 'num'],
    ['Records kept', topic => compact(topic.records), 'num'],
    ['On disk', topic => bytes(topic.bytes), 'num'],
    ['Retention', ({ retentionMs: ms }) => (ms === null ? '–' : ms < 0 ? 'unlimited' : duration(ms))],
    ['Clean-up', topic => topic.cleanup ?? '–']
  ])
  return html`<section class="panel">
    ${rows}${hidden > 0 && html`<p class="small footnote">${hidden === 1 ? '1 internal or heartbeat topic is' : `${hidden} internal and heartbeat topics are`} hidden.</p>`}${missingNotes(missing)}
  </section>`
}

/** @param {{ id: string }} properties */
export function Topic({ id }) {
  const href = addressOf('topics', id)
  /** @type {Loaded<DescribedTopic>} */
  const topic = useLoaded(`/api${href}`, 3_000)
  const detailed = `${href}?view=details`
  const isDetails = place.value.query.get('view') === 'details'
  const views = Object.entries({ [href]: 'Records', [detailed]: 'Partitions and settings' })
  // The records don't wait for the topic's description.
  const body =
    isDetails || (topic.error && !topic.data)
      ? whenLoaded(topic, 'This topic cannot be read', details)
      : html`<${TopicRecords} topic=${id} />`
  return html`${screenHead(id, tabs(views, isDetails ? detailed : href))}${body}`
}

/** @param {DescribedTopic} topic */
function details({ partitions, settings, missing }) {
  const places = table({ label: 'Partitions', items: partitions }, [
    ['Partition', one => one.partition],
    ['First', one => number(one.first), 'num'],
    ['Next', one => number(one.next), 'num'],
    ['Kept', one => compact(one.next - one.first), 'num'],
    ['On disk', one => bytes(one.bytes), 'num'],
    ['Leader', one => (one.leader < 0 ? 'none' : one.leader), 'num'],
    ['In sync', one => `${one.inSync.length} of ${one.replicas.length}`]
  ])
  const values = table({ label: 'Settings', items: settings, rowClass: one => one.changed && 'changed' }, [
    ['Setting', one => one.name],
    ['Value', one => one.value ?? '–', 'wide'],
    ['', one => (one.changed ? 'set here' : 'default')]
  ])
  return html`${missingNotes(missing)}${panel('Partitions', places)}${panel('Settings', values)}`
}
