import type { Flow, Hop, HopState } from '../api/pipeline-schemas.ts'
import { countOf, duration, fact, idText, ms, rate } from '../page/format.js'

export type PrintOptions = { readonly width: number; readonly color: boolean; readonly now: number }

const marks: Readonly<Record<HopState, string>> = { ok: '●', slow: '▲', stopped: '■', unknown: '○' }
const colors: Readonly<Record<HopState, number>> = { ok: 32, slow: 33, stopped: 31, unknown: 90 }

/** The flow screen as lines for a terminal: the sentence, a line for each hop, the newest rows. */
export function printFlow(flow: Flow, options: PrintOptions): string[] {
  const { headline, hops, newest, latency } = flow
  const said = [headline.text, headline.advice].filter(part => part !== null).join(' ')
  const times = [
    latency.toDebezium && `commit to Debezium ${ms(latency.toDebezium.p50)}`,
    latency.toKafka && `to Kafka ${ms(latency.toKafka.p50)}`,
    latency.toDelivery && `to delivered ${ms(latency.toDelivery.p50)}, 99 % within ${ms(latency.toDelivery.p99)}`
  ].filter(part => part !== null)
  return [
    ...wrapped(`${marks[headline.state]} ${said}`, options.width).map(line => paint(line, headline.state, options)),
    '',
    ...hops.flatMap(hop => hopLines(hop, options)),
    '',
    ...(times.length === 0 ? [] : [cut(`  ${times.join(' · ')} (median, last minute)`, options.width), '']),
    ...newest
      .slice(0, 5)
      .map(one => cut(`  ${idText(one.id).padEnd(10)} ${one.label.padEnd(24)} ${arrival(one)}`, options.width))
  ]
}

function arrival({ delivered, deliveredMs }: Flow['newest'][number]): string {
  if (!delivered) return delivered === null ? '' : 'on its way'
  return deliveredMs === null ? 'delivered' : `delivered in ${ms(deliveredMs)}`
}

function hopLines(hop: Hop, options: PrintOptions): string[] {
  const pace = hop.rate === null ? '' : `${rate(hop.rate)} /s`
  const waits =
    hop.waiting !== null && hop.waiting.events > 0 && (hop.state === 'stopped' || hop.waiting.ms > 1_000)
      ? `${countOf(hop.waiting.events, 'event')} waiting, the oldest for ${duration(hop.waiting.ms)}`
      : ''
  const title = options.width < 60 ? hop.title.padEnd(16) : hop.title.padEnd(18)
  const head = `  ${title} ${pace.padStart(9)}   ${marks[hop.state]} ${hop.words}`
  const facts = [waits, ...hop.facts.map(one => `${one.label} ${fact(one, options.now)}`)]
    .filter(text => text !== '')
    .join(' · ')
  const indent = ' '.repeat(options.width < 90 ? 4 : 35)
  const more = facts === '' ? [] : wrapped(facts, options.width - indent.length)
  return [
    paint(cut(head, options.width), hop.state, options),
    ...more.map(line => dim(`${indent}${line.trim()}`, options))
  ]
}

function paint(text: string, state: HopState, { color }: PrintOptions): string {
  return color && state !== 'ok'
    ? `\u001b[${colors[state]}m${text}\u001b[0m`
    : text.replace('●', color ? '\u001b[32m●\u001b[0m' : '●')
}

function dim(text: string, { color }: PrintOptions): string {
  return color ? `\u001b[90m${text}\u001b[0m` : text
}

function cut(text: string, width: number): string {
  const plain = printable(text)
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain
}

/** Replaces characters by which a value could control the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_C}]/gu, '�')
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(' ')) {
    const line = lines.at(-1)
    if (line === undefined) lines.push(word)
    else if (line.length + word.length + 1 > width) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
