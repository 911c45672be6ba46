import { h } from '../lib/dom.js'
import { bytes, exact } from '../lib/format.js'

/** A record as people read it, with its headers; as it lies in Kafka one click away. */
export function recordDetails(record) {
  return h(
    'div.record',
    {},
    h(
      'dl.pairs',
      {},
      [
        ['partition', record.partition],
        ['offset', record.offset],
        ['time', exact(record.timestamp)],
        ['key', record.key ?? 'none'],
        ['size', bytes(record.bytes)]
      ].map(([label, value]) => h('div', { 'data-key': label }, h('dt', {}, label), h('dd', {}, String(value))))
    ),
    h('h3', {}, 'Headers'),
    record.headers.length === 0
      ? h('p.muted', {}, 'none')
      : h(
          'dl.pairs',
          {},
          record.headers.map(({ name, value }) =>
            h('div', { 'data-key': name }, h('dt', {}, name), h('dd', {}, value ?? h('i.muted', {}, 'null')))
          )
        ),
    h('h3', {}, 'Value'),
    record.cut
      ? h('p.muted', {}, `Too large to show whole (${bytes(record.bytes)}): its beginning is under “raw”.`)
      : h('pre.json', {}, pretty(record.value)),
    h(
      'details',
      {},
      h('summary', {}, 'Raw key and value'),
      h('pre.json', {}, record.rawKey ?? 'null'),
      h('pre.json', {}, record.rawValue ?? 'null')
    )
  )
}

export function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
