import { html } from 'htm/preact'
import { act } from '../api.js'
import { lsnText } from '../format.js'
import { useLoaded } from '../load.js'
import { pairs, panel, pretty, screenHead, stateMark, table, whenLoaded } from '../parts/basics.js'
import { confirmed } from '../parts/dialog.js'
import { addressOf } from '../place.js'
import { about } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { DetailedConnector, ShownConnector } from '../../api/kafka-schemas.ts'
 * @import { PartState } from '../../api/pipeline-schemas.ts'
 */

export function ConnectorList() {
  const connectors = useLoaded('/api/connectors', 1_500)
  return html`${screenHead('Connectors')}${whenLoaded(connectors, 'The connectors cannot be listed', list)}`
}

/** @param {{ items: ShownConnector[] }} answer */
function list({ items }) {
  const empty = html`There is no connector. <code>npm run connectors</code> creates it.`
  const rows = table({ label: 'Connectors', items, empty, hrefOf: ({ name }) => addressOf('connectors', name) }, [
    ['Connector', one => one.name],
    ['Verdict', ({ verdict }) => stateMark(verdict.state, verdict.words), 'wide'],
    ['Tasks', ({ tasks }) => tasks.map(one => `task ${one.id}: ${one.state.toLowerCase()}`).join(', ') || 'none'],
    ['Class', one => one.class],
    ['Topics', ({ topicPrefix }) => (topicPrefix === null ? '–' : html`<a href="/topics">${topicPrefix}.…</a>`)]
  ])
  return html`<section class="panel">${rows}</section>`
}

/** @param {{ id: string }} properties */
export function Connector({ id }) {
  /** @type {Loaded<DetailedConnector>} */
  const connector = useLoaded(`/api${addressOf('connectors', id)}`, 1_500)
  return html`
    ${screenHead(id, connector.data && buttons(connector.data))}
    ${whenLoaded(connector, 'This connector cannot be read', details)}
  `
}

/** @param {DetailedConnector} connector */
function details({ connector, tasks, verdict, offsets, diff, config }) {
  const settings = table({ label: 'Settings', items: config }, [
    ['Setting', one => one.key],
    ['Value', one => (one.hidden ? html`<span class="muted">hidden: a secret</span>` : one.value), 'wide']
  ])
  const parts = [part('connector', connector), ...tasks.map(task => part(`task ${task.id}`, task))]
  return html`
    <p class="summary">${stateMark(verdict.state, capital(verdict.words))}</p>
    ${panel('Connector and tasks', html`<ul class="stack">${parts}</ul>`)}
    ${offsetsPanel(/** @type {ConnectOffsets | null} */ (offsets))}
    ${diff && panel('Compared with its file', differences(diff))}
    ${panel('Settings', settings)}
  `
}

/** @param {string} words */
function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** @type {Record<string, PartState>} */
const markOf = { RUNNING: 'ok', FAILED: 'stopped', STOPPED: 'stopped', PAUSED: 'stopped' }

/** @param {string} name @param {DetailedConnector['connector']} found */
function part(name, { state, worker_id: worker, trace }) {
  return html`<li key=${name}>
    <p>
      ${stateMark(markOf[state] ?? 'slow', `${name}: ${state.toLowerCase()}`)}
      ${worker && html`<span class="muted"> on ${worker}</span>`}
    </p>
    ${trace && html`<details><summary>The whole trace</summary><pre class="error">${trace}</pre></details>`}
  </li>`
}

/** @typedef {{ file?: string, pos?: number, gtids?: string, lsn?: number }} Offset of MySQL, or of PostgreSQL */
/** @typedef {{ offsets?: { offset?: Offset }[] }} ConnectOffsets */

/** How far Debezium has read; Connect's own answer is one click away. @param {ConnectOffsets | null} found */
function offsetsPanel(found) {
  const { file, pos, gtids, lsn } = found?.offsets?.[0]?.offset ?? {}
  if (file === undefined && lsn === undefined) return null
  const shown = pairs(Object.entries({ 'binlog file': file, position: pos, GTIDs: gtids, LSN: lsn && lsnText(lsn) }))
  const stored = html`<details><summary>As Connect stores it</summary><pre>${pretty(found)}</pre></details>`
  return panel('Where it has read to', [shown, stored])
}

/** @param {NonNullable<DetailedConnector['diff']>} diff */
function differences({ file, changes, problem }) {
  if (problem !== null) return html`<p>The file cannot be compared: ${problem}</p>`
  if (changes.length === 0) return html`<p>${stateMark('ok', `runs as ${file} says`)}</p>`
  return table({ label: 'Differences', items: changes }, [
    ['Setting', one => one.key],
    ['Runs with', one => one.running ?? 'not set', 'wide'],
    [`${file} says`, one => one.file ?? 'not set', 'wide']
  ])
}

/** @typedef {keyof typeof effects} Action */

const effects = {
  restart: 'Restarts the connector, if it failed, and its failed tasks. What runs keeps running.',
  pause:
    'Nothing leaves the database until the connector is resumed. Nothing is lost while the database keeps its log.',
  resume: 'It continues from where it has read to.'
}

/** @param {DetailedConnector} connector */
function buttons({ name, connector, tasks }) {
  if (about.value?.actions !== true) return null
  const hasFailed = [connector, ...tasks].some(({ state }) => state === 'FAILED')
  const button = (/** @type {Action} */ action) =>
    html`<button type="button" class=${action === 'pause' && 'danger'} onClick=${() => run(name, action)}>
      ${action === 'restart' ? 'Restart what failed' : capital(action)}
    </button>`
  return html`<div class="row actions">
    ${hasFailed && button('restart')}
    ${connector.state === 'RUNNING' && button('pause')}
    ${['PAUSED', 'STOPPED'].includes(connector.state) && button('resume')}
  </div>`
}

/** @param {string} name @param {Action} action */
function run(name, action) {
  const title = action === 'restart' ? `Restart what failed of ${name}?` : `${capital(action)} ${name}?`
  const question = { title, text: effects[action], button: capital(action), success: `${name}: ${action} requested` }
  confirmed(question, () => act(`/api${addressOf('connectors', name)}/${action}`))
}
