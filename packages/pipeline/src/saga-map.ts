import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from './system.ts'

/** Where `npm start` writes, for the tools, which service writes each topic and which event must follow which. */
export const sagaMapFile = (dir: string): string => join(dir, 'saga-map.json')

/** The file's content, as `parseSagaMap` of the library reads it. */
export function sagaMapOf({ services, sagas }: System) {
  const writers = services.flatMap(({ name, publishes = [] }) => publishes.map(topic => [topic, name]))
  return { services: Object.fromEntries(writers), expectations: sagas?.expectations ?? [] }
}

export async function writeSagaMap(dir: string, system: System): Promise<void> {
  await writeFile(sagaMapFile(dir), `${JSON.stringify(sagaMapOf(system), null, 2)}\n`)
}
