import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'rolldown'
import { expect, it } from 'vitest'
import { publicPackages } from '@outbox-cdc/test-support/npm-pack'
import { type EmptyProject, useEmptyProject } from '@outbox-cdc/test-support/empty-project'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { freePort } from '@outbox-cdc/stack'

// It packs all of them and installs them with their dependencies, once.
it('runs each public package from its tarball in an empty project', { timeout: 300_000 }, async () => {
  const project = await useEmptyProject({ packages: publicPackages, peers: ['zod', 'knex', 'kafkajs', 'mysql2'] })

  for (const name of publicPackages) {
    const manifest = await readFile(join(project.dir, 'node_modules/@outbox-cdc', name, 'package.json'), 'utf8')
    expect(manifest).not.toMatch(/\.ts"(?<!\.d\.ts")|prepack|devDependencies|"private"|test-support/)
  }
  await project.write({
    'main.ts': `import { isRetryable, OutboxError } from '@outbox-cdc/outbox'
      import { createConnectApi } from '@outbox-cdc/connectctl'
      import { createLogger } from '@outbox-cdc/service-kit'
      const error = new OutboxError('WRITE_FAILED', 'x', { retryable: true })
      console.log(isRetryable(error), typeof createConnectApi, typeof createLogger)`
  })
  await project.typeCheck()
  expect(await project.node('main.ts')).toBe('true function function\n')
  await expectCommonJs(project)

  const connectUrl = useStack().connect.url
  const plugins = await project.node('node_modules/.bin/connectctl', ['plugins', '--url', connectUrl])
  expect(plugins).toContain('io.debezium.connector.mysql.MySqlConnector')

  await project.write({ 'hops.json': JSON.stringify([{ topic: 'a', group: 'b' }]) })
  const port = await freePort()
  const kafka = useStack().kafka.brokers.join()
  const printed = project.start('node_modules/.bin/outbox-console', {
    CONSOLE_PORT: String(port),
    KAFKA_BROKERS: kafka,
    HOPS_FILE: 'hops.json'
  })
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  await eventually(async () => expect(await get('/'), printed()).toContain('<script type="importmap">'))
  expect(await get('/app.js')).toContain('preact')
  expect(await get('/vendor/preact.js')).toContain('function')
})

/** As CommonJS: typed by TypeScript's node16, which doesn't know that Node requires ES modules, and in one bundled file. */
async function expectCommonJs(project: EmptyProject): Promise<void> {
  await project.write({
    'main.cts': `import { z } from 'zod'
      import { defineEvent } from '@outbox-cdc/outbox'
      import { createMemoryOutbox } from '@outbox-cdc/outbox/testing'
      const placed = defineEvent({ name: 'placed', aggregate: 'order', version: 1, payload: z.object({}) })
      const outbox = createMemoryOutbox()
      outbox.transaction(trx => outbox.append(trx, placed({ aggregateId: 1, payload: {} }))).then(() =>
        console.log(outbox.topic.records().length))`,
    'main.cjs': "console.log(typeof require('@outbox-cdc/outbox/testing').createMemoryOutbox)"
  })
  await project.typeCheck({ module: 'node16' })
  expect(await project.node('main.cjs')).toBe('function\n')
  await build({
    input: join(project.dir, 'main.cts'),
    platform: 'node',
    output: { file: join(project.dir, 'bundle.cjs'), format: 'cjs', codeSplitting: false }
  })
  expect(await project.node('bundle.cjs')).toBe('1\n')
}
