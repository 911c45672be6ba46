import { html } from 'htm/preact'
import { bytes, exact, idText } from '../format.js'
import { copyableId, pairs, pretty } from './basics.js'

/**
 * A record in readable form, with its headers; its raw key and value are one click away.
 * @param {import('../../api/kafka-schemas.ts').ShownRecord} record
 */
export function recordDetails({ partition, offset, headers, value, cut, ...record }) {
  const size = bytes(record.bytes)
  const key = record.key === null ? 'none' : copyableId(record.key)
  const aggregate = record.aggregate && idText(record.aggregate)
  const none = html`<p class="muted">none</p>`
  const named = pairs(headers.map(header => [header.name, header.value ?? html`<i class="muted">null</i>`]))
  const tooLarge = html`<p class="muted">Too large to show whole (${size}): its beginning is under “Raw”.</p>`
  return html`<div class="record">
    ${pairs(Object.entries({ partition, offset, time: exact(record.timestamp), aggregate, key, size }))}
    <h3>Headers</h3>
    ${headers.length === 0 ? none : named}
    <h3>Value</h3>
    ${cut ? tooLarge : html`<pre>${pretty(value)}</pre>`}
    <details>
      <summary>Raw key and value</summary>
      <pre>${record.rawKey ?? 'null'}</pre>
      <pre>${record.rawValue ?? 'null'}</pre>
    </details>
  </div>`
}
