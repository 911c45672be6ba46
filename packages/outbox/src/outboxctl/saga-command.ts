import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { asError } from '../errors.ts'
import { forTerminal } from '../json-text.ts'
import { kafkajsClient } from '../kafka/kafkajs-client.ts'
import { describeMissing, parseSagaMap, type Saga, type SagaMap } from '../saga/index.ts'
import { kafkaSecurity, resolveSecrets } from '../security/index.ts'
import { CommandError, counted, type Edge, timeOf, writeJson } from './edge.ts'
import { findSagas, type FoundSagas, type Wanted } from './find-sagas.ts'
import { registryDecoding } from './parked-reader.ts'
import { expectedText, sagaPicture } from './saga-picture.ts'

type Options = {
  readonly aggregate?: string
  readonly brokers?: string
  readonly map?: string
  readonly since: string
  readonly json?: boolean
}

/** `outboxctl saga`: shows the steps of a saga across services, and which event is missing. */
export function sagaCommand(edge: Edge): Command {
  return new Command('saga')
    .description(
      'shows all events with one correlation id, or all about one aggregate, and which event is missing; exit code 1 if one is overdue. Reads Avro if SCHEMA_REGISTRY_URL is set'
    )
    .argument('<id>', 'a correlation id, or an aggregate such as order:7')
    .option('--aggregate <name>', 'the id is that of an aggregate of this name, such as order')
    .option('--since <when>', 'how far back to read the topics: 30m, 24h, 7d or a time', '24h')
    .option('--map <file>', 'JSON that says which service writes each topic and what must follow what; or SAGA_MAP')
    .option('--brokers <list>', 'host:port, comma separated; or KAFKA_BROKERS')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) => showSagas(edge, id, options))
}

async function showSagas(edge: Edge, id: string, options: Options): Promise<void> {
  const { environment } = edge
  const given = (text: string | undefined, problem: string) => {
    if (text === undefined || text === '') throw new CommandError(problem)
    return resolveSecrets(text, environment)
  }
  const brokers = given(options.brokers ?? environment['KAFKA_BROKERS'], 'Which brokers? Name them with --brokers')
  const file = given(options.map ?? environment['SAGA_MAP'], 'Which saga map? Name its file with --map')
  const wanted = wantedBy(id, options.aggregate)
  const from = timeOf(options.since)
  const map = await readMap(file)
  const note = (_: object, message: string) => edge.note(message)
  const logger = { debug() {}, info() {}, warn: note, error: note }
  const decoding = await registryDecoding(environment)
  const kafka = kafkajsClient({
    brokers: brokers.split(','),
    clientId: 'outboxctl',
    logger,
    security: kafkaSecurity(environment)
  })
  try {
    const found = await findSagas({ kafka, map, decoding, from, onProgress: progressNotes(edge) }, wanted)
    report(edge, found, { id, topics: Object.keys(map.services), from, json: options.json === true })
  } finally {
    await kafka.close()
  }
}

function wantedBy(id: string, aggregate: string | undefined): Wanted {
  if (aggregate !== undefined) return { aggregate: { name: aggregate, id } }
  // A correlation id may hold a colon too.
  const [, name, rest] = /^([^:]{1,64}):(.+)$/.exec(id) ?? []
  return { correlationId: id, ...(name !== undefined && rest !== undefined && { aggregate: { name, id: rest } }) }
}

async function readMap(file: string): Promise<SagaMap> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(`Can't read the saga map: ${asError(error).message}`)
  })
  const map = parseSagaMap(text)
  if (Object.keys(map.services).length > 0) return map
  throw new CommandError(`The saga map ${file} names no topic: list them in "services"`)
}

const noteEveryMs = 3_000

/** Says on stderr how far a long reading is. */
function progressNotes(edge: Edge): (read: number, all: number) => void {
  let next = Date.now() + noteEveryMs
  return (read, all) => {
    if (Date.now() < next) return
    next = Date.now() + noteEveryMs
    edge.note(`… ${read} of ${all} records read`)
  }
}

type Shown = {
  readonly id: string
  readonly topics: readonly string[]
  readonly from: Date
  readonly json: boolean
}

function report(edge: Edge, found: FoundSagas, { id, topics, from, json }: Shown): void {
  const { sagas, unreadable, leftOut, readAt } = found
  if (sagas.length === 0) {
    const gaps = unreadable === 0 ? '' : `, where ${counted(unreadable, 'record')} can't be read`
    throw new CommandError(
      `No event of ${forTerminal(id)} since ${from.toISOString()} in ${topics.join(', ')}${gaps}. Read further back with --since`
    )
  }
  const missing = sagas.flatMap(missingIn)
  const sentences = missing.map(one => describeMissing(one, readAt))
  if (json)
    writeJson(edge, {
      from,
      to: new Date(readAt),
      ok: missing.length === 0,
      missing: sentences,
      unreadable,
      leftOut,
      sagas
    })
  else {
    edge.write(sagaPicture(sagas))
    sagas.forEach((saga, at) => edge.write(forTerminal(headingOf(saga, sagas.length > 1 ? `${at + 1}  ` : ''))))
    const open = sagas.flatMap(({ expectations }) => expectations)
    for (const one of open)
      if (one.state === 'waiting' || one.state === 'unknown') edge.write(forTerminal(expectedText(one)))
    for (const sentence of sentences) edge.write(forTerminal(`✗ ${sentence}`))
    if (leftOut > 0) edge.note(`${counted(leftOut, 'older saga')} left out: ask for one by its correlation id.`)
    if (unreadable > 0) edge.note(`${counted(unreadable, 'record')} can't be read; what is missing may be among them.`)
  }
  if (missing.length > 0) throw new CommandError(json ? '' : `${counted(missing.length, 'event')} missing`, 1)
}

const missingIn = ({ expectations }: Saga) => expectations.filter(({ state }) => state === 'overdue')

function headingOf(saga: Saga, number: string): string {
  const { correlationId, state, startedAt, lastAt, first, steps, incomplete } = saga
  const isCut = first.causationId !== undefined && steps.every(({ messageId }) => messageId !== first.causationId)
  const parts = [
    `${number}${state}`,
    `correlation id ${correlationId}`,
    `${counted(steps.length, 'step')} in ${(lastAt - startedAt).toFixed(1)} ms`
  ]
  if (incomplete) parts.push('too many to show all')
  if (isCut) parts.push('what caused its first step was not read')
  return parts.join(' · ')
}
