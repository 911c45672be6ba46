import { act } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { compact, duration, exact, number } from '../lib/format.js'
import { keepLoading } from '../lib/load.js'
import { chartOf } from '../parts/chart.js'
import { confirmAction } from '../parts/confirm.js'
import { lagChart } from '../parts/lag-chart.js'
import { notify } from '../parts/notice.js'
import { problem } from '../parts/problem.js'
import { stateMark } from '../parts/state-mark.js'
import { table } from '../parts/table.js'

export const groupsScreen = {
  id: 'groups',
  href: '/groups',
  title: 'Groups',
  letter: 'c',
  keyOf: ({ path }) => path[1] ?? '',
  enter({ place }) {
    const id = place.path[1]
    const path = id === undefined ? '/api/groups' : `/api/groups/${encodeURIComponent(id)}`
    return keepLoading(path, { into: id === undefined ? 'groups' : 'group' })
  },
  draw(state) {
    return state.place.path[1] === undefined ? drawList(state) : drawGroup(state)
  },
  after({ series, place, about }) {
    if (place.path[1] === about?.names.group) lagChart(series).show(series, { minutes: 60 })
  }
}

function drawList({ screen }) {
  const { groups, error } = screen
  const head = h('div.screen-head', {}, h('h1', {}, 'Consumer groups'))
  if (groups === undefined)
    return [
      head,
      error === undefined ? h('p.loading', {}, 'Asking Kafka …') : problem(error, 'The groups cannot be listed')
    ]
  const columns = [
    ['Group', ({ id }) => h('a', { href: `/groups/${encodeURIComponent(id)}` }, id)],
    ['State', stateOf],
    ['Members', group => String(group.members), 'num'],
    ['Lag', ({ lag }) => (lag === null ? '–' : compact(lag)), 'num'],
    [
      'Behind in',
      ({ partitionsBehind: behind }) =>
        behind === 0 ? 'no partition' : `${behind} ${behind === 1 ? 'partition' : 'partitions'}`
    ],
    ['Topics', ({ topics }) => topics.join(', '), 'wide']
  ]
  return [
    head,
    error === undefined ? null : problem(error, 'This list is old'),
    h(
      'section.panel',
      {},
      groups.items.length === 0
        ? h('p.empty', {}, 'No group reads from this cluster yet.')
        : table({ label: 'Groups', items: groups.items, keyOf: group => group.id, columns })
    )
  ]
}

function stateOf({ state, members }) {
  if (members === 0) return stateMark('stopped', 'no members')
  return state === 'stable' ? stateMark('ok', 'stable') : stateMark('slow', state)
}

function drawGroup({ screen, place, about, now, series }) {
  const { group, error } = screen
  const id = place.path[1]
  const head = h('div.screen-head', {}, h('h1', {}, id))
  if (group === undefined)
    return [
      head,
      error === undefined ? h('p.loading', {}, 'Asking Kafka …') : problem(error, 'This group cannot be read')
    ]
  noteMoves(screen, group, now)
  return [
    head,
    error === undefined ? null : problem(error, 'This picture is old'),
    h(
      'p.summary',
      {},
      stateOf({ state: group.state, members: group.members.length }),
      h('span.muted', {}, group.protocol === '' ? '' : ` · ${group.protocol}`)
    ),
    id === about?.names.group ? chartOf(lagChart(series), { minutes: 60 }) : null,
    h('section.panel', {}, h('h2', {}, 'Partitions'), partitions({ group, screen, now })),
    h('section.panel', {}, h('h2', {}, 'Members'), members(group)),
    resetPanel(group, about)
  ]
}

/** Since when a partition with lag has not moved, as far as this page has watched. */
function noteMoves(screen, { partitions: list }, now) {
  screen.moves ??= new Map()
  for (const { topic, partition, committed } of list) {
    const key = `${topic}/${partition}`
    if (screen.moves.get(key)?.committed !== committed) screen.moves.set(key, { committed, since: now })
  }
}

function partitions({ group, screen, now }) {
  if (group.partitions.length === 0) return h('p.empty', {}, 'It has not committed an offset yet.')
  const still = ({ topic, partition, lag }) => {
    const { since } = screen.moves.get(`${topic}/${partition}`)
    if (!lag) return stateMark('ok', 'level')
    return now - since > 5_000
      ? stateMark('stopped', `stuck for ${duration(now - since)}`)
      : stateMark('ok', 'moves on')
  }
  return table({
    label: 'Partitions',
    items: group.partitions,
    keyOf: one => `${one.topic}/${one.partition}`,
    columns: [
      ['Partition', one => `${one.topic} / ${one.partition}`],
      ['Committed', one => (one.committed === null ? 'none' : number(one.committed)), 'num'],
      ['End', one => number(one.next), 'num'],
      ['Lag', one => (one.lag === null ? '–' : compact(one.lag)), 'num'],
      ['', still],
      ['Member', one => one.member ?? 'nobody']
    ]
  })
}

function members(group) {
  if (group.members.length === 0) return h('p.empty', {}, 'No members: what arrives waits until one joins.')
  return table({
    label: 'Members',
    items: group.members,
    keyOf: one => one.id,
    columns: [
      ['Client', one => one.client],
      ['Host', one => one.host.replace(/^\//, '')],
      ['Reads', one => (one.partitions.length === 0 ? 'nothing' : one.partitions.join(', ')), 'wide']
    ]
  })
}

function resetPanel(group, about) {
  const topics = [...new Set(group.partitions.map(({ topic }) => topic))]
  if (topics.length === 0) return null
  const why =
    about?.actions !== true
      ? 'Actions are switched off here.'
      : group.canReset
        ? ''
        : 'Only a group without members can be moved: stop all of them first.'
  return h(
    'section.panel',
    {},
    h('h2', {}, 'Move the group'),
    h(
      'p',
      {},
      why ||
        'Back: everything from there on is delivered again, and the inbox drops what was handled. Forward: what lies between is never handled.'
    ),
    topics.map(topic => moveForm({ group: group.id, topic, why, named: topics.length > 1 }))
  )
}

function moveForm({ group, topic, why, named }) {
  const disabled = why !== ''
  const button = (words, to) =>
    h('button', { type: 'button', disabled, onclick: () => reset({ group, topic, to }) }, words)
  const toTime = event => {
    event.preventDefault()
    const time = new Date(event.target.elements.time.value).getTime()
    if (!Number.isNaN(time)) void reset({ group, topic, to: 'time', time })
  }
  return h(
    'form.actions',
    { 'data-key': topic, onsubmit: toTime },
    named ? h('span.name', {}, topic) : null,
    button('To the beginning', 'earliest'),
    button('To the end', 'latest'),
    h('input', { type: 'datetime-local', name: 'time', required: true, disabled, 'aria-label': 'Time', step: 1 }),
    h('button', { type: 'submit', disabled }, 'To this time')
  )
}

async function reset({ group, topic, to, time }) {
  const places = { earliest: 'to the beginning', latest: 'to the end', time: `to ${time && exact(time)}` }
  const text =
    to === 'latest'
      ? `What waits in ${topic} is passed over for good.`
      : `Every record that ${topic} keeps from there on is delivered again; what lies between, if it is later, is passed over.`
  const title = `Move ${group} ${places[to]}?`
  const confirm = await confirmAction({ title, text, button: 'Move it', word: group })
  if (confirm === null) return
  try {
    await act(`/api/groups/${encodeURIComponent(group)}/reset`, { topic, to, time, confirm })
    notify('The group was moved')
  } catch (error) {
    notify(error.message, 'stopped')
  }
}
