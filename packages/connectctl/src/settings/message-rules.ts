import type { ConnectorConfig } from '../connect/connect-api.ts'
import { itemsOf, patternsOf } from './captured-tables.ts'
import { engineOf } from './engine.ts'
import { error, type Finding, warning } from './finding.ts'
import { checkRouter } from './router-rules.ts'
import { reaches, routerOf, type Transform, transformsOf } from './transforms.ts'

/** Whether a PostgreSQL connector reads an outbox without a table: messages in the WAL. */
export function readsMessages(config: ConnectorConfig): boolean {
  return engineOf(config) === 'PostgreSQL' && patternsOf(config['message.prefix.include.list']).length > 0
}

/** What makes an event's key, value and headers of a message, in the order in which the transforms need each other. */
export function checkMessages(config: ConnectorConfig): readonly Finding[] {
  if (!readsMessages(config)) return []
  const topic = `${config['topic.prefix']}.message`
  const transforms = transformsOf(config)
  const at = (fits: (transform: Transform) => boolean) => transforms.findIndex(fits)
  const ends = (suffix: string) => at(({ type }) => type.endsWith(suffix))
  const decoded = [ends(decoder), 'DecodeLogicalDecodingMessageContent: a message stays bytes'] as const
  const router = routerOf(config)
  if (router !== undefined) {
    const routing = [decoded, [at(({ key }) => key === router.key), 'EventRouter']] as const
    const findings = [...checkSteps(routing, 'decode, route'), ...checkDecoding(config, transforms, topic)]
    return [...findings, ...checkRouter(config, router, 'message')]
  }
  const steps = [
    decoded,
    [ends('.ExtractNewRecordState'), "ExtractNewRecordState: the value is Debezium's envelope, not the event"],
    [ends('.ValueToKey'), "ValueToKey: the key is the message's prefix, so all events have the same key"],
    [
      at(({ key }) => itemsOf(config[`${key}.headers`]).includes('message_id')),
      'HeaderFrom$Value that moves message_id and the others into headers'
    ]
  ] as const
  return [
    ...checkSteps(steps, 'decode, unwrap, key'),
    ...checkDecoding(config, transforms, topic),
    ...checkUnwrapping(config, transforms, topic)
  ]
}

const decoder = '.DecodeLogicalDecodingMessageContent'

type Step = readonly [index: number, what: string]

/** The order of the last step, which moves columns into headers, doesn't matter. */
function checkSteps(steps: readonly Step[], order: string): readonly Finding[] {
  const findings = steps.filter(([index]) => index < 0).map(([, what]) => error('transforms', `has no ${what}`))
  const found = steps.map(([index]) => index).filter(index => index >= 0)
  if (found.slice(0, 3).some((index, step) => index < (found[step - 1] ?? -1)))
    findings.push(error('transforms', `has the steps in another order than ${order}`))
  return findings
}

function checkDecoding(config: ConnectorConfig, transforms: readonly Transform[], topic: string): readonly Finding[] {
  const findings: Finding[] = []
  const decode = transforms.find(({ type }) => type.endsWith(decoder))
  if (decode !== undefined && config[`${decode.key}.fields.null.include`] !== 'true')
    findings.push(
      error(`${decode.key}.fields.null.include`, 'is not true: an event with an empty header stops the task')
    )
  if (decode !== undefined && !reaches(config, decode, topic))
    findings.push(error(`${decode.key}.predicate`, `does not let ${topic} pass, so no event is decoded`))
  return findings
}

function checkUnwrapping(config: ConnectorConfig, transforms: readonly Transform[], topic: string): readonly Finding[] {
  const findings: Finding[] = []
  const unwrap = transforms.find(({ type }) => type.endsWith('.ExtractNewRecordState'))
  if (unwrap !== undefined && !reaches(config, unwrap, topic))
    findings.push(error(`${unwrap.key}.predicate`, `does not let ${topic} pass, so no event is unwrapped`))
  const adds = itemsOf(config[`${unwrap?.key}.add.fields`]).length > 0
  if (unwrap !== undefined && adds && config[`${unwrap.key}.predicate`] === undefined)
    findings.push(
      warning(unwrap.key, 'adds fields to every record, also to the rows of connect_heartbeat: give it a predicate')
    )
  return findings
}
