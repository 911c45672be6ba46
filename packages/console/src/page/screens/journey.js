import { get } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { clock, exact, ms } from '../lib/format.js'
import { poll } from '../lib/poll.js'
import { copyable } from '../parts/copy.js'
import { parkedActions } from '../parts/parked-actions.js'
import { problem } from '../parts/problem.js'
import { recordDetails } from '../parts/record.js'
import { stateMark } from '../parts/state-mark.js'
import { state, update } from '../state.js'

/** Watches one order until it has arrived, then once in a while: a person may retry or reset. */
export function followOrder(id) {
  return poll(async signal => {
    try {
      const journey = await get(`/api/orders/${encodeURIComponent(id)}`, { signal })
      update({ screen: { ...state.screen, journey, error: undefined } })
      return journey.finished ? 5_000 : 400
    } catch (error) {
      if (!signal.aborted) update({ screen: { ...state.screen, error } })
      return error.status === 400 ? undefined : 1_500
    }
  })
}

/** The rail of stages, then the record as it lies in Kafka. */
export function drawJourney({ screen, about, now }) {
  const { journey, error } = screen
  if (journey === undefined)
    return error === undefined
      ? h('p.loading', {}, 'Asking every part …')
      : problem(error, 'This order cannot be followed')
  return [
    error === undefined ? null : problem(error, 'This picture is old'),
    h('p.summary', {}, summary(journey)),
    h(
      'div.journey',
      {},
      h(
        'section.panel',
        { 'aria-label': 'Stages' },
        h(
          'ol.rail',
          {},
          journey.stages.map(stage => railStage(stage, journey))
        )
      ),
      h(
        'div.beside',
        {},
        journey.parked === null ? null : parkedPanel(journey.parked, { about, now }),
        identities(journey),
        journey.record === null
          ? null
          : h('section.panel', {}, h('h2', {}, 'The record'), recordDetails(journey.record))
      )
    )
  ]
}

function summary({ stages, finished, found, id, parked }) {
  const delivered = stages.at(-1)
  if (delivered.state === 'done')
    return delivered.sinceCommit === null
      ? 'Delivered.'
      : ['Delivered ', h('b', {}, ms(delivered.sinceCommit)), ' after its commit.']
  if (parked !== null) return 'Parked: it waits for a person.'
  if (finished) return 'Settled without a delivery.'
  if (!found && stages.some(({ state }) => state === 'unknown'))
    return `Nothing is known of order ${id}: not every part of the pipeline can be asked.`
  if (!found) return `There is no order ${id} in MySQL, Kafka or the delivery database. It would appear here by itself.`
  return 'On its way …'
}

const marks = { done: 'ok', waiting: 'unknown', parked: 'stopped', skipped: 'slow', unknown: 'unknown' }

function railStage(stage, { stages }) {
  const before = stages[stages.indexOf(stage) - 1]
  const step = stage.sinceCommit !== null && before?.sinceCommit != null ? stage.sinceCommit - before.sinceCommit : null
  return h(
    'li.stage',
    { 'data-key': stage.id, class: stage.state },
    h(
      'div.stage-time',
      {},
      h(
        'span.since',
        {},
        stage.sinceCommit === null ? '' : stage.id === 'committed' ? '0 ms' : `+ ${ms(stage.sinceCommit)}`
      ),
      stage.at === null
        ? null
        : h('time.clock', { datetime: new Date(stage.at).toISOString(), title: exact(stage.at) }, clock(stage.at))
    ),
    h(
      'div.stage-body',
      {},
      h(
        'h2',
        {},
        stage.title,
        step !== null && step > 0 && stage.id !== 'kafka'
          ? h('span.step', {}, ` ${ms(step)} after the stage before`)
          : null
      ),
      h('p.stage-words', {}, stateMark(marks[stage.state], stage.words)),
      stage.facts.length === 0 ? null : h('dl.pairs', {}, stage.facts.filter(fact => fact.value !== null).map(pair))
    )
  )
}

function pair({ label, value }) {
  return h('div', { 'data-key': label }, h('dt', {}, label), h('dd', {}, String(value)))
}

function identities({ traceId, correlationId }) {
  if (traceId === null && correlationId === null) return null
  const row = (label, value) => (value === null ? null : h('div', {}, h('dt', {}, label), h('dd', {}, copyable(value))))
  return h(
    'section.panel',
    {},
    h('h2', {}, 'What it belongs to'),
    h('dl.pairs', {}, row('trace id', traceId), row('correlation id', correlationId))
  )
}

function parkedPanel(parked, { about, now }) {
  const behind =
    parked.behind === 0
      ? 'No event of the same order waits behind it.'
      : `${parked.behind} more of the same order wait behind it.`
  return h(
    'section.panel.parked',
    {},
    h('h2', {}, stateMark('stopped', `Parked: ${parked.reason}`)),
    parked.error === null ? null : h('pre.error', {}, parked.error),
    h('p', {}, `${behind} Mend the cause, then retry; or skip it for good.`),
    parkedActions(parked, { about, now })
  )
}
