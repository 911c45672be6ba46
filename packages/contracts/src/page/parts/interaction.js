import { html } from 'htm/preact'
import { pretty, stateMark, table } from '@outbox-cdc/console/page/parts/basics.js'
import { statusMark } from './facts.js'
import { failuresAt, fieldsOf, namedFields } from './fields.js'
import { rulesInWords } from './rule-words.js'

/**
 * @import { EdgeStatus, Failure, Interaction, Rules } from '../../api/page-shapes.ts'
 * @import { Field } from './fields.js'
 */

/**
 * One interaction: what must be so before, what is sent, and each field of it with its rule.
 * @param {Interaction} interaction
 * @param {{ key: string, status: EdgeStatus, failures: readonly Failure[] }} shown
 */
export function interactionPanel(interaction, { key, status, failures }) {
  const { description, kind, states } = interaction
  return html`<section key=${key} class=${`panel interaction ${status === 'failed' ? 'stopped' : ''}`}>
    <h2>${description} <span class="label small">${kind === 'http' ? 'HTTP' : 'message'}</span> <span class="small">${statusMark(status)}</span></h2>
    ${states.map(
      ({ name, params = {} }) =>
        html`<p key=${name}>
          <span class="muted">Given </span>${name}${Object.entries(params).map(([param, value]) => html`<span class="small"> ${param} = <code>${pretty(value)}</code></span>`)}
        </p>`
    )}
    <div class="sides">${kind === 'http' ? http(interaction, failures) : message(interaction, failures)}</div>
  </section>`
}

/** @param {Interaction} interaction @param {readonly Failure[]} failures */
function http({ request, response, rules: { request: asked, response: answered } = {} }, failures) {
  if (request === undefined || response === undefined) return null
  const pathRule = asked?.path && rulesInWords(asked.path, request.path)
  return html`
    <div>
      <h3>Request</h3>
      <p><code><b>${request.method}</b> ${request.path}</code>${pathRule && html` <span class="small">${pathRule}</span>`}</p>
      ${named('Query', namedFields(request.query, asked?.query), [])}
      ${named('Request headers', namedFields(request.headers, asked?.header), [])}
      ${body('Request body', { content: request.body, rules: asked }, [])}
    </div>
    <div>
      <h3>Response</h3>
      <p><code><b>${response.status}</b></code></p>
      ${named('Response headers', namedFields(response.headers, answered?.header), failures)}
      ${body('Response body', { content: response.body, rules: answered }, failures)}
    </div>
  `
}

/** @param {Interaction} interaction @param {readonly Failure[]} failures */
function message({ contents, metadata, rules }, failures) {
  return html`
    <div>${body('Contents', { content: contents, rules: rules?.contents }, failures)}</div>
    <div>${named('Key and headers', namedFields(metadata, rules?.metadata?.metadata), failures)}</div>
  `
}

/** @param {string} title @param {readonly Field[]} fields @param {readonly Failure[]} failures */
function named(title, fields, failures) {
  return fields.length === 0 ? null : html`<h3>${title}</h3>${fieldTable(title, fields, failures)}`
}

/** @param {string} title @param {{ content: unknown, rules: Rules | undefined }} shown @param {readonly Failure[]} failures */
function body(title, { content, rules }, failures) {
  if (content === undefined || content === null) return null
  return html`<h3>${title}</h3>
    ${fieldTable(title, fieldsOf(content, rules?.body), failures)}
    <details><summary>As JSON</summary><pre>${pretty(content)}</pre></details>`
}

/** @param {string} label @param {readonly Field[]} items @param {readonly Failure[]} failures */
function fieldTable(label, items, failures) {
  const failed = (/** @type {Field} */ { path }) => failuresAt(failures, path)
  const name = (/** @type {Field} */ { name: text, depth }) =>
    html`<span class="field" style=${{ '--depth': depth }}>${text}</span>`
  return html`<div class="fields">
    ${table({ label, items, rowClass: field => failed(field).length > 0 && 'stopped' }, [
      ['Field', name],
      [
        'Example',
        ({ value }) =>
          value !== undefined && html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`,
        'value'
      ],
      [
        'Rule',
        field =>
          html`${field.rule}${failed(field).map(({ what }, index) => html`<div key=${index}>${stateMark('stopped', what)}</div>`)}`,
        'wide'
      ]
    ])}
  </div>`
}
