import { html } from 'htm/preact'
import { clock, exact, idText, ms } from '../format.js'
import { useLoaded } from '../load.js'
import {
  copyable,
  copyableId,
  pairs,
  panel,
  screenHead,
  stateMark,
  submitted,
  table,
  when,
  whenLoaded
} from '../parts/basics.js'
import { hopTabs } from '../parts/hop-tabs.js'
import { parkedActions } from '../parts/parked-actions.js'
import { nothingYet, writeButton } from '../parts/write-one.js'
import { recordDetails } from '../parts/record.js'
import { inHop, noun, Noun, nouns, Nouns } from '../hops.js'
import { addressOf, go, place, withQuery } from '../place.js'
import { flow } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { PartState, Journey, AggregatePage, Stage } from '../../api/pipeline-schemas.ts'
 */

/** @param {unknown} title */
function head(title) {
  /** @param {SubmitEvent} event */
  const submit = event => {
    const { id } = submitted(event)
    if (id) go(addressOf('orders', id))
  }
  const search = html`<form class="row search" role="search" onSubmit=${submit}>
    <label class="sr" for="aggregate-id">${Noun.value} id</label>
    <input id="aggregate-id" name="id" type="search" placeholder="Follow by id"
      autocomplete="off" />
    <button>Follow</button>
  </form>`
  return [hopTabs(), screenHead(title, [search, writeButton()])]
}

/**
 * Watches one until it has arrived, then every five seconds, because a person may retry or reset.
 * @param {{ id: string }} properties
 */
export function Aggregate({ id }) {
  /** @type {Loaded<Journey>} */
  const found = useLoaded(inHop(`/api${addressOf('orders', id)}`), ({ finished }) => (finished ? 5_000 : 400))
  return html`${head(html`${Noun.value} ${copyableId(id)}`)}${whenLoaded(found, `This ${noun.value} cannot be followed`, journey)}`
}

/** The newest page stays new; an older one is loaded once. */
export function AggregateList() {
  const before = place.value.query.get('before')
  /** @type {Loaded<AggregatePage>} */
  const page = useLoaded(inHop('/api/orders', before === null ? {} : { before }), () =>
    before === null ? 1_000 : undefined
  )
  return html`${head(Nouns.value)}${whenLoaded(page, `The ${nouns.value} cannot be read`, list)}`
}

/** @param {AggregatePage} page */
function list({ items, next }) {
  if (items.length === 0) return html`<section class="panel">${nothingYet()}</section>`
  /** @param {AggregatePage['items'][number]} one */
  const arrival = ({ delivered, deliveredMs }) => {
    if (delivered === null) return '–'
    if (!delivered) return stateMark('unknown', 'not delivered yet')
    return stateMark('ok', deliveredMs === null ? 'when is not known' : `after ${ms(deliveredMs)}`)
  }
  const rows = table({ label: `${Nouns.value}, newest first`, items, hrefOf: ({ id }) => addressOf('orders', id) }, [
    [Noun.value, one => idText(one.id)],
    ['What', one => one.label],
    ['Committed', one => when(one.createdAt)],
    ['Delivered', arrival]
  ])
  return html`<section class="panel">
    ${rows}
    ${next !== null && html`<p class="more"><a href=${withQuery({ before: next })}>Older ${nouns.value}</a></p>`}
  </section>`
}

/** The way from the commit to the effect. @param {Journey} found */
function journey(found) {
  const { stages, parked, traceId, correlationId, actor, record } = found
  return html`
    <p class="summary">${summary(found)}</p>
    <div class="stack journey">
      <section class="panel" aria-label="Stages">
        <ol class="stack rail">${stages.map((stage, index) => railStage(stage, stages[index - 1]))}</ol>
      </section>
      <div class="stack">
        ${parked && parkedPanel(parked)}
        ${identities({ traceId, correlationId, actor })}
        ${record && panel('The record', recordDetails(record))}
      </div>
    </div>
  `
}

/** @param {Pick<Journey, 'traceId' | 'correlationId' | 'actor'>} of */
function identities({ traceId, correlationId, actor }) {
  if (traceId === null && correlationId === null && actor === null) return null
  const ids = {
    'trace id': traceId && copyable(traceId),
    'correlation id': correlationId && html`${copyable(correlationId)}${sagaLink(correlationId)}`,
    'caused by': actor
  }
  return panel('What it belongs to', pairs(Object.entries(ids)))
}

/** Only where the console follows sagas. @param {string} correlationId */
function sagaLink(correlationId) {
  return flow.value?.sagas && html` <a href=${addressOf('sagas', correlationId)}>See its saga</a>`
}

/** @param {Journey} journey */
function summary({ stages, finished, found, id, parked }) {
  const last = stages.at(-1)
  const verb = last?.id === 'delivered' ? 'Delivered' : 'Handled'
  if (last?.state === 'done' && finished)
    return last.sinceCommit === null ? `${verb}.` : html`${verb} <b>${ms(last.sinceCommit)}</b> after its commit.`
  if (parked !== null) return 'Parked: it waits for a person.'
  if (finished) return 'Settled without a delivery.'
  if (found) return 'On its way …'
  if (stages.some(({ state }) => state === 'unknown'))
    return `${Noun.value} ${idText(id)} was not found, but not every part of the pipeline can be asked.`
  return `There is no ${noun.value} ${idText(id)} in any part that is configured. If it is written later, it appears here.`
}

/** @type {Record<Stage['state'], PartState>} */
const marks = { done: 'ok', waiting: 'unknown', parked: 'stopped', skipped: 'slow', unknown: 'unknown' }

/** @param {Stage} stage @param {Stage | undefined} before */
function railStage({ id, title, state, words, at, sinceCommit, facts }, before) {
  const step = sinceCommit === null || before?.sinceCommit == null ? 0 : sinceCommit - before.sinceCommit
  const since = sinceCommit === null ? '' : id === 'committed' ? '0 ms' : `+ ${ms(sinceCommit)}`
  return html`<li key=${id} class=${`stage ${state} ${marks[state]}`}>
    <div class="stage-time">
      <p class="since">${since}</p>
      ${at !== null && html`<time class="small" title=${exact(at)}>${clock(at)}</time>`}
    </div>
    <div>
      <h2>${title}${step > 0 && id !== 'kafka' && html`<span class="small"> ${ms(step)} after the stage before</span>`}</h2>
      <p class="stage-words">${stateMark(marks[state], words)}</p>
      ${facts.length > 0 && pairs(facts.map(({ label, value }) => [label, value]))}
    </div>
  </li>`
}

/** @param {NonNullable<Journey['parked']>} parked */
function parkedPanel(parked) {
  const behind =
    parked.behind === 0
      ? 'No event of the same key waits behind it.'
      : `${parked.behind} more of the same key ${parked.behind === 1 ? 'waits' : 'wait'} behind it.`
  return html`<section class="panel stopped">
    <h2>${stateMark('stopped', `Parked: ${parked.reason}`)}</h2>
    ${parked.error !== null && html`<pre class="error">${parked.error}</pre>`}
    <p>${behind} Fix the cause, then retry; or skip it for good.</p>
    ${parkedActions(parked)}
  </section>`
}
