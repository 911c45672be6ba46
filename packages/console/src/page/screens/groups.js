import { html } from 'htm/preact'
import { useRef } from 'preact/hooks'
import { act } from '../api.js'
import { compact, countOf, duration, exact, number } from '../format.js'
import { useLoaded } from '../load.js'
import { panel, screenHead, stateMark, submitted, table, whenLoaded } from '../parts/basics.js'
import { Chart } from '../parts/chart.js'
import { confirmed } from '../parts/dialog.js'
import { hop, hops } from '../hops.js'
import { addressOf } from '../place.js'
import { about, now, series } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { DescribedGroup, ListedGroup } from '../../api/kafka-schemas.ts'
 */

export function GroupList() {
  const groups = useLoaded('/api/groups', 2_000)
  return html`${screenHead('Groups')}${whenLoaded(groups, 'The groups cannot be listed', list)}`
}

/** @param {{ items: ListedGroup[] }} answer */
function list({ items }) {
  const empty = 'No group reads from this cluster yet.'
  const rows = table({ label: 'Groups', items, empty, hrefOf }, [
    ['Group', group => group.id],
    ['Type', ({ type }) => type || 'offsets only'],
    ['State', ({ problem, state, members }) => (problem ? stateMark('unknown', problem) : stateOf(state, members))],
    ['Members', group => compact(group.members), 'num'],
    ['Lag', group => compact(group.lag), 'num'],
    ['Behind in', ({ partitionsBehind }) => countOf(partitionsBehind, 'partition')],
    ['Topics', ({ topics }) => topics.join(', '), 'wide']
  ])
  return html`<section class="panel">${rows}</section>`
}

/** @param {string} state @param {number | null | undefined} members */
function stateOf(state, members) {
  if (members === 0 || state === 'empty') return stateMark('stopped', 'no members')
  return state === 'stable' ? stateMark('ok', 'stable') : stateMark('slow', state)
}

/** @typedef {Map<string, { committed: number | null, since: number }>} Moves */

/** @param {{ id: string }} properties */
export function Group({ id }) {
  const moves = useRef(/** @type {Moves} */ (new Map()))
  /** @type {Loaded<DescribedGroup>} */
  const group = useLoaded(`/api${addressOf('groups', id)}`, 2_000)
  const details = whenLoaded(group, 'This group cannot be read', found => {
    noteMoves(moves.current, found)
    return html`
      <p class="summary">
        ${stateOf(found.state, found.members?.length)}
        <span class="muted"> · ${found.type || 'offsets only'}</span>
        ${found.protocol !== '' && html`<span class="muted"> · ${found.protocol}</span>`}
      </p>
      ${id === namesHere()['group'] && lagChart()}
      ${panel('Partitions', partitions(found, moves.current))}
      ${panel('Members', members(found))}
      ${movePanel(found)}
    `
  })
  return html`${screenHead(id)}${details}`
}

/** @returns {Record<string, string>} */
function namesHere() {
  return about.value?.hops.find(({ name }) => name === hop.value.name)?.names ?? {}
}

/** The address of a group, with the hop that ends in it. @param {ListedGroup} group */
function hrefOf({ id }) {
  const found = about.value?.hops.find(({ names }) => names['group'] === id)
  return `${addressOf('groups', id)}${found && hops.length > 1 ? `?${new URLSearchParams({ hop: found.name })}` : ''}`
}

/** The lag of each partition of the hop's group. */
function lagChart() {
  const names = Object.keys(series.value?.figures ?? {}).filter(name => /^lag\d+$/.test(name))
  const shown = names.sort().slice(0, 6)
  const lines = Object.fromEntries(shown.map(name => [name, `partition ${name.slice(3)}`]))
  const title = `Lag in ${namesHere()['topic']}`
  return html`<${Chart} title=${title} format=${compact} lines=${lines} minutes=${60} />`
}

/**
 * Since when a partition with lag has not moved, as far as this page has watched.
 * @param {Moves} moves
 * @param {DescribedGroup} group
 */
function noteMoves(moves, { partitions: list }) {
  for (const { topic, partition, committed } of list) {
    const key = `${topic}/${partition}`
    if (moves.get(key)?.committed !== committed) moves.set(key, { committed, since: now.value })
  }
}

/** @param {DescribedGroup} group @param {Moves} moves */
function partitions({ partitions: items }, moves) {
  /** @param {DescribedGroup['partitions'][number]} one */
  const progress = ({ topic, partition, lag }) => {
    if (!lag) return stateMark('ok', 'caught up')
    const still = now.value - (moves.get(`${topic}/${partition}`)?.since ?? now.value)
    return still > 5_000 ? stateMark('stopped', `stuck for ${duration(still)}`) : stateMark('ok', 'moving')
  }
  return table({ label: 'Partitions', items, empty: 'It has not committed an offset yet.' }, [
    ['Partition', one => `${one.topic} / ${one.partition}`],
    ['Committed', one => (one.committed === null ? 'none' : number(one.committed)), 'num'],
    ['End', one => number(one.next), 'num'],
    ['Lag', one => compact(one.lag), 'num'],
    ['', progress],
    ['Member', one => one.member ?? 'none']
  ])
}

/** @param {DescribedGroup} group */
function members({ members: items }) {
  if (items === null) return html`<p class="muted empty">This console can't read the members of such a group.</p>`
  return table({ label: 'Members', items, empty: 'No members: what arrives waits until one joins.' }, [
    ['Client', one => one.client],
    ['Host', one => one.host.replace(/^\//, '')],
    ['Reads', one => one.partitions.join(', ') || 'nothing', 'wide']
  ])
}

/** @param {DescribedGroup} group */
function movePanel({ id, partitions: list, canReset }) {
  const topics = [...new Set(list.map(({ topic }) => topic))]
  if (topics.length === 0) return null
  const why =
    about.value?.actions !== true
      ? 'Actions are switched off here.'
      : canReset
        ? ''
        : 'Only a group without members can be moved: stop all of them first.'
  const meaning =
    'Back: everything from there on is delivered again, and the inbox drops what was handled. Forward: what lies between is never handled.'
  const forms = topics.map(topic => moveForm({ group: id, topic, disabled: why !== '', named: topics.length > 1 }))
  return panel('Move the group', html`<p>${why || meaning}</p>${forms}`)
}

/** @param {{ group: string, topic: string, disabled: boolean, named: boolean }} options */
function moveForm({ group, topic, disabled, named }) {
  /** @param {SubmitEvent} event */
  const toTime = event => {
    const time = new Date(submitted(event)['time'] ?? '').getTime()
    if (!Number.isNaN(time)) move(group, topic, { to: 'time', time })
  }
  return html`<form class="row actions" key=${topic} onSubmit=${toTime}>
    ${named && html`<span class="name">${topic}</span>`}
    <button type="button" disabled=${disabled} onClick=${() => move(group, topic, { to: 'earliest' })}>
      To the beginning
    </button>
    <button type="button" disabled=${disabled} onClick=${() => move(group, topic, { to: 'latest' })}>To the end</button>
    <input type="datetime-local" name="time" required disabled=${disabled} aria-label="Time" step="1" />
    <button disabled=${disabled}>To this time</button>
  </form>`
}

/**
 * @param {string} group
 * @param {string} topic
 * @param {{ to: 'earliest' | 'latest' | 'time', time?: number }} target
 */
function move(group, topic, target) {
  const where = { earliest: 'the beginning', latest: 'the end', time: exact(target.time ?? 0) }[target.to]
  const text =
    target.to === 'latest'
      ? `Records that wait in ${topic} are never handled.`
      : `Every record that ${topic} keeps from there on is delivered again. If that place is later than the present one, the records between are never handled.`
  const question = { title: `Move ${group} to ${where}?`, text, button: 'Move it', word: group }
  confirmed({ ...question, success: 'The group was moved' }, confirm =>
    act(`/api${addressOf('groups', group)}/reset`, { topic, ...target, confirm })
  )
}
