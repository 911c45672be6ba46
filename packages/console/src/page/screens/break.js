import { useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { act } from '../api.js'
import { ago, countOf, duration } from '../format.js'
import { useLoaded } from '../load.js'
import { panel, screenHead, stateMark, when, whenLoaded } from '../parts/basics.js'
import { confirmed } from '../parts/dialog.js'
import { invariantsPanel } from '../parts/invariants.js'
import { about, now } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { Fault, Playground, Target } from '../../api/playground-schemas.ts'
 * @typedef {Target['faults'][number]['fault']} FaultName
 * @typedef {{ seconds: number, records: number }} Amounts
 */

export function BreakScreen() {
  if (about.value === undefined) return html`<p class="muted loading">Loading …</p>`
  if (!about.value.playground) return html`${screenHead('Break it')}${notHere}`
  return html`<${Broken} />`
}

const notHere = html`<section class="panel">
  <p>Nothing can be broken here: this system was started without <code>--playground</code>.</p>
</section>`

function Broken() {
  /** @type {Loaded<Playground>} */
  const found = useLoaded('/api/playground', 1_000)
  const amounts = useSignal({ seconds: 10, records: 20 })
  const draw = (/** @type {Playground} */ all) => html`
    ${invariantsPanel(all.invariants)}
    ${panel('Broken now', runningFaults(all))}
    ${panel('Break something', targetLists(all, amounts))}
  `
  return html`${screenHead('Break it', watch)}${whenLoaded(found, 'The starter cannot be asked', draw)}`
}

const watch = html`<p class="muted">
  What to watch: <a href="/">Flow</a>, <a href="/sagas">Sagas</a>, <a href="/groups">Groups</a>, <a href="/connectors">Connectors</a>,
  ${' '}<a href="/parked">Parked</a>
</p>`

/** @param {Playground} playground */
function runningFaults({ running, over }) {
  const rows = running.map(
    one => html`<li key=${one.id} class="row apart item">
      <span>${stateMark('stopped', one.words)}</span>
      <span class="row">${timeLeft(one)} ${about.value?.actions && one.state === 'active' && one.endsAt !== null && endButton(one)}</span>
    </li>`
  )
  const before = over.slice(0, 5).map(
    one => html`<li key=${one.id} class="row apart item muted">
      <span>${stateMark(one.state === 'failed' ? 'stopped' : 'ok', '')} ${one.words}</span> ${when(one.overAt)}
    </li>`
  )
  return html`
    ${rows.length === 0 ? html`<p>${stateMark('ok', 'Nothing is broken on purpose')}</p>` : html`<ul class="lines">${rows}</ul>`}
    ${before.length > 0 && html`<details open><summary>Over</summary><ul class="lines">${before}</ul></details>`}
  `
}

/** @param {Fault} fault */
function timeLeft({ state, endsAt, begunAt }) {
  if (state === 'ending') return html`<span class="muted">coming back …</span>`
  if (endsAt === null) return html`<span class="muted">since ${ago(begunAt, now.value)}</span>`
  return html`<b>${duration(endsAt - now.value)} left</b>`
}

/** @param {Fault} fault */
function endButton({ id, target }) {
  const question = {
    title: 'End it now?',
    text: `${target} is made whole at once, before its time.`,
    button: 'End it',
    success: `${target} is coming back`
  }
  return html`<button type="button" onClick=${() => confirmed(question, () => act(`/api/playground/faults/${id}/end`))}>
    End now
  </button>`
}

const kinds = /** @type {const} */ ([
  ['service', 'Services'],
  ['engine', 'Databases, Kafka and Connect'],
  ['tool', 'Tools'],
  ['link', 'Network links'],
  ['topic', 'Topics'],
  ['group', 'Consumer groups']
])

/** @param {Playground} playground @param {import('@preact/signals').Signal<Amounts>} amounts */
function targetLists({ targets, running }, amounts) {
  const allowed = about.value?.actions === true
  const lists = kinds.map(([kind, title]) => {
    const rows = targets
      .filter(target => target.kind === kind)
      .map(target => {
        const broken = running.some(one => one.kind === kind && one.target === target.name)
        return targetRow(target, { amounts: amounts.value, disabled: !allowed || broken })
      })
    return rows.length > 0 && html`<section><h3 class="muted">${title}</h3><ul class="lines">${rows}</ul></section>`
  })
  const why = allowed
    ? 'Each fault ends by itself after its time, also when this page is closed. Ctrl-C ends all of them.'
    : 'Actions are switched off here.'
  return html`
    <p class="muted">${why}</p>
    <div class="row actions">
      ${amountField(amounts, { name: 'seconds', label: 'For so many seconds', most: 120 })}
      ${amountField(amounts, { name: 'records', label: 'Records to send again', most: 1_000 })}
    </div>
    <div class="kinds">${lists}</div>
  `
}

/**
 * @param {import('@preact/signals').Signal<Amounts>} amounts
 * @param {{ name: keyof Amounts, label: string, most: number }} field
 */
function amountField(amounts, { name, label, most }) {
  const change = (/** @type {{ target: HTMLInputElement }} */ { target }) =>
    (amounts.value = { ...amounts.value, [name]: target.valueAsNumber })
  return html`<label class="row">${label}
    <input type="number" min="1" max=${most} step="1" value=${amounts.value[name]} onInput=${change} />
  </label>`
}

/** @param {Target} target @param {{ amounts: Amounts, disabled: boolean }} options */
function targetRow({ name, about: words, faults }, { amounts, disabled }) {
  const buttons = faults.map(one => {
    const amount = one.counts && amounts[one.counts]
    const fits =
      amount === null || (Number.isInteger(amount) && amount >= (one.least ?? 1) && amount <= (one.most ?? 1))
    const breakIt = () => ask(name, one.fault, one.counts ? { [one.counts]: amount ?? 0 } : {})
    return html`<button key=${one.fault} type="button" class="danger" disabled=${disabled || !fits} onClick=${breakIt}
      aria-label=${`${buttonWords[one.fault]} ${name}`}>${buttonWords[one.fault]}</button>`
  })
  return html`<li key=${name} class="row item">
    <span><b>${name}</b> <span class="muted">${words}</span></span>
    <span class="row">${buttons}</span>
  </li>`
}

/** @type {Record<FaultName, string>} */
const buttonWords = {
  stop: 'Stop',
  kill: 'Kill',
  freeze: 'Freeze',
  cut: 'Cut',
  duplicate: 'Send again',
  replay: 'Read again'
}

/** @type {Record<FaultName, string>} */
const meanings = {
  stop: 'It ends as on a shutdown (SIGTERM), and is started again after that time.',
  kill: 'It dies at once (SIGKILL), and is started again after that time.',
  freeze: 'It keeps its connections and answers nothing (SIGSTOP) until that time is over.',
  cut: 'Nothing passes, and every connection stays open. After that time they are closed, and both ends connect again.',
  duplicate: 'Each record goes to its partition once more. What was handled before must change nothing.',
  replay:
    'Its service is stopped, the group begins at the first record of its topics, and the service is started again.'
}

/** @param {string} target @param {FaultName} fault @param {Partial<Amounts>} amount */
function ask(target, fault, { seconds, records }) {
  const verb = buttonWords[fault]
  const title =
    seconds !== undefined
      ? `${verb} ${target} for ${seconds} s?`
      : records === undefined
        ? `Let ${target} read everything again?`
        : `Send the last ${countOf(records, 'record')} of ${target} again?`
  confirmed({ title, text: meanings[fault], button: verb, success: `${target}: ${verb.toLowerCase()} requested` }, () =>
    act('/api/playground/faults', { target, fault, seconds, records })
  )
}
