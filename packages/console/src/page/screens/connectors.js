import { act } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { keepLoading } from '../lib/load.js'
import { confirmAction } from '../parts/confirm.js'
import { notify } from '../parts/notice.js'
import { problem } from '../parts/problem.js'
import { pretty } from '../parts/record.js'
import { stateMark } from '../parts/state-mark.js'
import { table } from '../parts/table.js'

export const connectorsScreen = {
  id: 'connectors',
  href: '/connectors',
  title: 'Connectors',
  letter: 'd',
  keyOf: ({ path }) => path[1] ?? '',
  enter({ place }) {
    const name = place.path[1]
    const path = name === undefined ? '/api/connectors' : `/api/connectors/${encodeURIComponent(name)}`
    return keepLoading(path, { into: name === undefined ? 'connectors' : 'connector', everyMs: 1_500 })
  },
  draw(state) {
    return state.place.path[1] === undefined ? drawList(state) : drawOne(state)
  }
}

function drawList({ screen }) {
  const { connectors, error } = screen
  const head = h('div.screen-head', {}, h('h1', {}, 'Connectors'))
  if (connectors === undefined)
    return [
      head,
      error === undefined
        ? h('p.loading', {}, 'Asking Kafka Connect …')
        : problem(error, 'The connectors cannot be listed')
    ]
  const items = connectors.items
  const columns = [
    ['Connector', ({ name }) => h('a', { href: `/connectors/${encodeURIComponent(name)}` }, name)],
    ['Verdict', ({ verdict }) => stateMark(verdict.state, verdict.words), 'wide'],
    ['Tasks', ({ tasks }) => tasks.map(({ id, state }) => `${id} ${state.toLowerCase()}`).join(', ') || 'none'],
    ['Class', one => one.class],
    ['Topics', ({ topicPrefix }) => (topicPrefix === null ? '–' : h('a', { href: '/topics' }, `${topicPrefix}.…`))]
  ]
  const empty = h('p.empty', {}, 'There is no connector. npm run connectors creates the one of this pipeline.')
  return [
    head,
    error === undefined ? null : problem(error, 'This list is old'),
    h(
      'section.panel',
      {},
      items.length === 0 ? empty : table({ label: 'Connectors', items, keyOf: one => one.name, columns })
    )
  ]
}

function drawOne({ screen, place, about }) {
  const { connector, error } = screen
  const head = h(
    'div.screen-head',
    {},
    h('h1', {}, place.path[1]),
    connector === undefined ? null : buttons(connector, about)
  )
  if (connector === undefined)
    return [
      head,
      error === undefined
        ? h('p.loading', {}, 'Asking Kafka Connect …')
        : problem(error, 'This connector cannot be read')
    ]
  return [
    head,
    error === undefined ? null : problem(error, 'This picture is old'),
    h('p.summary', {}, stateMark(connector.verdict.state, capital(connector.verdict.words))),
    h('section.panel', {}, h('h2', {}, 'Connector and tasks'), parts(connector)),
    offsets(connector.offsets),
    diff(connector),
    h('section.panel', {}, h('h2', {}, 'Settings'), settings(connector))
  ]
}

function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function parts({ connector, tasks }) {
  const row = (name, { state, worker, trace }) =>
    h(
      'li',
      { 'data-key': name },
      h(
        'p',
        {},
        stateMark(markOf[state] ?? 'slow', `${name}: ${state.toLowerCase()}`),
        worker === null ? null : h('span.muted', {}, ` on ${worker}`)
      ),
      trace === null ? null : h('details', {}, h('summary', {}, 'The whole trace'), h('pre.error', {}, trace))
    )
  return h(
    'ul.connector-parts',
    {},
    row('connector', connector),
    tasks.map(task => row(`task ${task.id}`, task))
  )
}

/** How far Debezium has read; Connect's own words one click away. */
function offsets(found) {
  const { file, pos, gtids } = found?.offsets?.[0]?.offset ?? {}
  if (file === undefined) return null
  const pair = (label, value) =>
    value === undefined ? null : h('div', {}, h('dt', {}, label), h('dd', {}, String(value)))
  return h(
    'section.panel',
    {},
    h('h2', {}, 'Where it has read to'),
    h('dl.pairs', {}, pair('binlog file', file), pair('position', pos), pair('GTIDs', gtids)),
    h('details', {}, h('summary', {}, 'As Connect keeps it'), h('pre.json', {}, pretty(found)))
  )
}

const markOf = { RUNNING: 'ok', FAILED: 'stopped', STOPPED: 'stopped', PAUSED: 'stopped' }

function diff({ diff: found }) {
  if (found === null) return null
  const body =
    found.problem !== null
      ? h('p', {}, `The file cannot be compared: ${found.problem}`)
      : found.changes.length === 0
        ? h('p', {}, stateMark('ok', `runs as ${found.file} says`))
        : table({
            label: 'Differences',
            items: found.changes,
            keyOf: one => one.key,
            columns: [
              ['Setting', one => one.key],
              ['Runs with', one => one.running ?? 'not set', 'wide'],
              [`${found.file} says`, one => one.file ?? 'not set', 'wide']
            ]
          })
  return h('section.panel', {}, h('h2', {}, 'Against its file'), body)
}

function settings({ config }) {
  return table({
    label: 'Settings',
    items: config,
    keyOf: one => one.key,
    columns: [
      ['Setting', one => one.key],
      ['Value', one => (one.hidden ? h('span.muted', {}, 'hidden: a secret') : one.value), 'wide']
    ]
  })
}

function buttons({ name, connector, tasks }, about) {
  if (about?.actions !== true) return null
  const failed = [connector, ...tasks].some(({ state }) => state === 'FAILED')
  const running = connector.state === 'RUNNING'
  const button = (words, action, { danger = false } = {}) =>
    h(`button${danger ? '.danger' : ''}`, { type: 'button', onclick: () => run(name, action) }, words)
  return h(
    'div.actions',
    {},
    failed ? button('Restart what failed', 'restart') : null,
    running ? button('Pause', 'pause', { danger: true }) : null,
    connector.state === 'PAUSED' || connector.state === 'STOPPED' ? button('Resume', 'resume') : null
  )
}

const meaning = {
  restart: 'The connector, if it failed, and its failed tasks are started again. What runs is left alone.',
  pause: 'Nothing leaves MySQL until it is resumed. Nothing is lost as long as the binlog is kept.',
  resume: 'It goes on from where it had read to.'
}

async function run(name, action) {
  const title = { restart: `Restart what failed of ${name}?`, pause: `Pause ${name}?`, resume: `Resume ${name}?` }[
    action
  ]
  if ((await confirmAction({ title, text: meaning[action], button: capital(action) })) === null) return
  try {
    await act(`/api/connectors/${encodeURIComponent(name)}/${action}`)
    notify(`${name}: ${action} was asked for`)
  } catch (error) {
    notify(error.message, 'stopped')
  }
}
