import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import type { Stack } from '@outbox-cdc/stack'
import { expect } from 'vitest'
import { recordsOf } from './send-again.ts'

type Shown = { readonly catalogue: string; readonly topic: string; readonly event: string }

/** Compares a record of an event with the first one that an event catalogue shows: its headers, its fields, their types. */
export async function isAsCatalogueShows(kafka: Stack['kafka'], { catalogue, topic, event }: Shown): Promise<void> {
  const page = await readFile(join(root, catalogue), 'utf8')
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '')
  const records = await recordsOf(kafka, topic)
  const record = records.find(({ headers }) => String(headers?.['event']) === event)
  expect(Object.keys(record?.headers ?? {}).toSorted()).toEqual(Object.keys(shown.headers).toSorted())
  const [key, value] = [record?.key, record?.value].map(json => JSON.parse(String(json)).payload)
  expect([typeof key, typeof value]).toEqual([typeof shown.key, typeof shown.value])
  expect(Object.keys(JSON.parse(value)).toSorted()).toEqual(Object.keys(JSON.parse(shown.value)).toSorted())
}
