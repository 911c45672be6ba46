import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadSystem, root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { writePageFiles } from '../support/own-service-page.ts'

const files = globSync(['systems/*.ts', 'test/**/*system.ts'], { cwd: root })

it.each(files)('%s describes a system that can start', async file => {
  const { figure, services } = await loadSystem(join(root, file))
  expect(services.length).toBeGreaterThan(0)
  if (figure !== undefined) expect(existsSync(join(root, figure.file))).toBe(true)
})

it('finds a description that can start in the page about an own service', async () => {
  const folder = await writePageFiles()
  const { services } = await loadSystem(join(folder, 'system.ts'))
  expect(services.map(({ name }) => name)).toContain('loyalty-service')
})

it('finds the descriptions of the tests too', () => expect(files.length).toBeGreaterThan(5))

/** The services of our systems that read Kafka and have a database, and so an inbox. */
const systems = await Promise.all(globSync('systems/*.ts', { cwd: root }).map(file => loadSystem(join(root, file))))
const readers = systems.flatMap(({ services }) =>
  services.filter(({ reads, migrate }) => reads !== undefined && migrate !== undefined)
)

// With --secure, its account may not ask the broker how long a topic keeps its records.
it.each(readers)('$name takes from its environment how long its inbox remembers', async ({ main }) => {
  const [file = ''] = globSync(join(dirname(main), '{config,service}.ts'), { cwd: root })
  const { configSchema } = (await import(join(root, file))) as { configSchema: z.ZodObject }
  expect(Object.keys(configSchema.shape)).toContain('INBOX_KEEP_MS')
})
