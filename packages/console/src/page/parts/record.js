import { html } from 'htm/preact'
import { bytes, exact } from '../format.js'
import { pairs, pretty } from './basics.js'

/**
 * A record in readable form, with its headers; its raw key and value are one click away.
 * @param {import('../../api/kafka-schemas.ts').ShownRecord} record
 */
export function recordDetails({
  partition,
  offset,
  timestamp,
  key,
  value,
  headers,
  cut,
  bytes: size,
  rawKey,
  rawValue
}) {
  return html`<div class="record">
    ${pairs([
      ['partition', partition],
      ['offset', offset],
      ['time', exact(timestamp)],
      ['key', key ?? 'none'],
      ['size', bytes(size)]
    ])}
    <h3>Headers</h3>
    ${
      headers.length === 0
        ? html`<p class="muted">none</p>`
        : pairs(headers.map(header => [header.name, header.value ?? html`<i class="muted">null</i>`]))
    }
    <h3>Value</h3>
    ${
      cut
        ? html`<p class="muted">Too large to show whole (${bytes(size)}): its beginning is under “Raw”.</p>`
        : html`<pre class="json">${pretty(value)}</pre>`
    }
    <details>
      <summary>Raw key and value</summary>
      <pre class="json">${rawKey ?? 'null'}</pre>
      <pre class="json">${rawValue ?? 'null'}</pre>
    </details>
  </div>`
}
