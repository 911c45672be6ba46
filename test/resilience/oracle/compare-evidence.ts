import type { Effect, Evidence, Fact, Finding, FindingKind, TopicRecord } from './evidence.ts'

/** Compares the client's log, MySQL, Kafka and the delivery database. No finding means that nothing was lost or invented. */
export function compareEvidence(evidence: Evidence): readonly Finding[] {
  const { committed, records, effects } = evidence
  const firstArrivals = firstOfEach(records)
  return [
    ...compareClient(evidence),
    ...missing(committed, records, 'committed, but not in Kafka'),
    ...missing(committed, effects, 'committed, but without effect'),
    ...missing(effects, evidence.standing, 'took effect, but its row is gone'),
    ...neverCommitted(records, committed, 'in Kafka, but never committed'),
    ...neverCommitted(effects, committed, 'took effect, but was never committed'),
    ...neverCommitted(evidence.standing, effects, 'stands in the database without an effect seen'),
    ...repeated(committed, 'committed'),
    ...repeated(firstArrivals, 'in Kafka under different message ids'),
    ...repeated(effects, 'took effect'),
    ...swapped(firstArrivals, 'in Kafka'),
    ...swapped(effects, 'in effect'),
    ...compareInbox(evidence)
  ]
}

function compareClient({ client, committed }: Evidence): Finding[] {
  const orders = committed.filter(({ aggregate }) => aggregate === 'order')
  const byName = Map.groupBy(orders, ({ content }) => content)
  return client.flatMap(({ name, acknowledged }): Finding[] => {
    const ids = (byName.get(name) ?? []).map(({ key }) => key)
    if (ids.length > 1) return [finding('doubled', name, `one request, orders ${ids.join(', ')}`)]
    if (acknowledged === undefined || ids[0] === acknowledged.orderId) return []
    return [finding('lost', name, `acknowledged as order ${acknowledged.orderId}, in MySQL ${ids[0] ?? 'not at all'}`)]
  })
}

function compareInbox({ records, effects, inbox }: Evidence): Finding[] {
  const happened = new Set(effects.map(identityOf))
  return firstOfEach(records).flatMap((record): Finding[] => {
    const isInInbox = inbox.has(`${record.aggregate} ${record.messageId}`)
    if (isInInbox === happened.has(identityOf(record))) return []
    return [
      isInInbox
        ? finding('lost', identityOf(record), 'in the inbox, but without effect')
        : finding('ghost', identityOf(record), 'took effect, but is not in the inbox')
    ]
  })
}

function firstOfEach(records: readonly TopicRecord[]): readonly TopicRecord[] {
  const byId = new Map<string, TopicRecord>()
  for (const record of records) if (!byId.has(record.messageId)) byId.set(record.messageId, record)
  return [...byId.values()]
}

function missing(all: readonly Fact[], seen: readonly Fact[], detail: string): Finding[] {
  const known = new Set(seen.map(identityOf))
  return all.filter(fact => !known.has(identityOf(fact))).map(fact => finding('lost', identityOf(fact), detail))
}

function neverCommitted(all: readonly Fact[], truth: readonly Fact[], detail: string): Finding[] {
  const known = new Map(truth.map(fact => [identityOf(fact), fact.content]))
  return all.flatMap((fact): Finding[] => {
    const content = known.get(identityOf(fact))
    if (content === undefined) return [finding('ghost', identityOf(fact), detail)]
    return content === fact.content
      ? []
      : [finding('ghost', identityOf(fact), `says ${fact.content}, should say ${content}`)]
  })
}

function repeated(facts: readonly Fact[], how: string): Finding[] {
  return [...Map.groupBy(facts, identityOf)]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => finding('doubled', id, `${how} ${same.length} times`))
}

function swapped(facts: readonly (TopicRecord | Effect)[], where: string): Finding[] {
  const last = new Map<string, number>()
  return facts.flatMap((fact): Finding[] => {
    const key = `${fact.aggregate} ${fact.key}`
    const before = last.get(key) ?? 0
    last.set(key, Math.max(before, fact.version))
    return fact.version < before ? [finding('reordered', identityOf(fact), `${where}, after version ${before}`)] : []
  })
}

function identityOf({ aggregate, key, version }: Fact): string {
  return `${aggregate} ${key} v${version}`
}

function finding(kind: FindingKind, id: string, detail: string): Finding {
  return { kind, id, detail }
}
