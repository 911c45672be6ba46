import type { Call, Flow, Hop, Part, PartState } from '../api/pipeline-schemas.ts'
import { countOf, duration, fact, idText, ms, percent, rate } from '../page/format.js'

export type PrintOptions = { readonly width: number; readonly color: boolean; readonly now: number }

const marks: Readonly<Record<PartState, string>> = { ok: '●', slow: '▲', stopped: '■', unknown: '○' }
const colors: Readonly<Record<PartState, number>> = { ok: 32, slow: 33, stopped: 31, unknown: 90 }

/** The flow screen as lines for a terminal: the sentence, then of each hop a line for each part and the newest rows. */
export function printFlow({ headline, hops, calls }: Flow, options: PrintOptions): string[] {
  const said = [headline.text, headline.advice].filter(part => part !== null).join(' ')
  return [
    ...wrapped(`${marks[headline.state]} ${said}`, options.width).map(line => paint(line, headline.state, options)),
    ...hops.flatMap(hop => ['', ...(hops.length === 1 ? [] : [titleOf(hop, options)]), ...hopLines(hop, options)]),
    ...(calls.length === 0 ? [] : ['', ...calls.map(call => callLine(call, options))])
  ]
}

function titleOf({ name, writer, consumer }: Hop, { width }: PrintOptions): string {
  return cut(`${name}: ${writer} → ${consumer}`, width)
}

function hopLines({ parts, newest, latency }: Hop, options: PrintOptions): string[] {
  const times = [
    latency.toDebezium && `commit to Debezium ${ms(latency.toDebezium.p50)}`,
    latency.toKafka && `to Kafka ${ms(latency.toKafka.p50)}`,
    latency.toDelivery && `to delivered ${ms(latency.toDelivery.p50)}, 99 % within ${ms(latency.toDelivery.p99)}`
  ].filter(part => part !== null)
  return [
    ...parts.flatMap(part => partLines(part, options)),
    '',
    ...(times.length === 0 ? [] : [cut(`  ${times.join(' · ')} (median, last minute)`, options.width), '']),
    ...newest
      .slice(0, 5)
      .map(one => cut(`  ${idText(one.id).padEnd(10)} ${one.label.padEnd(24)} ${arrival(one)}`, options.width))
  ]
}

function arrival({ delivered, deliveredMs }: Hop['newest'][number]): string {
  if (!delivered) return delivered === null ? '' : 'on its way'
  return deliveredMs === null ? 'delivered' : `delivered in ${ms(deliveredMs)}`
}

function partLines(part: Part, options: PrintOptions): string[] {
  const pace = part.rate === null ? '' : `${rate(part.rate)} /s`
  const waits =
    part.waiting !== null && part.waiting.events > 0 && (part.state === 'stopped' || part.waiting.ms > 1_000)
      ? `${countOf(part.waiting.events, 'event')} waiting, the oldest for ${duration(part.waiting.ms)}`
      : ''
  const title = options.width < 60 ? part.title.padEnd(16) : part.title.padEnd(18)
  const head = `  ${title} ${pace.padStart(9)}   ${marks[part.state]} ${part.words}`
  const facts = [waits, ...part.facts.map(one => `${one.label} ${fact(one, options.now)}`)]
    .filter(text => text !== '')
    .join(' · ')
  const indent = ' '.repeat(options.width < 90 ? 4 : 35)
  const more = facts === '' ? [] : wrapped(facts, options.width - indent.length)
  return [
    paint(cut(head, options.width), part.state, options),
    ...more.map(line => dim(`${indent}${line.trim()}`, options))
  ]
}

function callLine({ from, to, state, words, rate: pace, failed }: Call, options: PrintOptions): string {
  const failures = failed === null ? '' : `, ${percent(failed)} failed`
  const calls = pace === null ? '' : ` · ${rate(pace)} calls/s${failures}`
  const line = `  ${`${from} → ${to}`.padEnd(30)} ${marks[state]} ${words}${calls}`
  return paint(cut(line, options.width), state, options)
}

function paint(text: string, state: PartState, { color }: PrintOptions): string {
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
