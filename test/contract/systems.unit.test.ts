import { existsSync, globSync, readFileSync } from 'node:fs'
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

const consumers = systems.flatMap(({ topics, services }) =>
  services.flatMap(({ name, main, env, reads }) => (reads === undefined ? [] : [{ name, main, env, reads, topics }]))
)

// With --secure, the broker lets it read these topics in this group, and nothing else.
it.each(consumers)(
  '$name reads the topics that its description says, in that group',
  ({ main, env, reads, topics }) => {
    const sources = globSync(join(dirname(main), '**/*.ts'), { cwd: root }).filter(
      file => !/(\.test|\/contract)\.ts$/.test(file)
    )
    const code = sources.map(file => readFileSync(join(root, file), 'utf8')).join()
    const names = topics.map(({ name }) => name)
    const inCode = names.filter(name => code.includes(`'${name}'`))
    const given = Object.values(env).filter(value => typeof value === 'string' && names.includes(value))
    expect(new Set([...inCode, ...given])).toEqual(new Set(reads.topics))
    expect(code).toContain(`'${reads.group}'`)
  }
)

it('finds the consumers of flower delivery', () => {
  const groups = consumers.map(({ reads }) => reads.group)
  expect(groups).toEqual(expect.arrayContaining(['flower-order', 'flower-payment', 'flower-item', 'flower-shop']))
})
