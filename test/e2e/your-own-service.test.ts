import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '@outbox-cdc/pipeline'
import { endProcess, livingProcesses } from '@outbox-cdc/stack'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { page, writePageFiles } from '../support/own-service-page.ts'
import { curlCommands, runAt } from '../support/readme-commands.ts'
import { runScript } from '../support/run-script.ts'
import { freeSettings } from '../support/test-pipeline.ts'

async function typeCheck(folder: string): Promise<void> {
  const project = join(root, folder, 'tsconfig.json')
  await writeFile(project, '{"extends":"../../tsconfig.json","include":["**/*.ts"],"exclude":[]}')
  await promisify(execFile)('tsc', ['--project', project]).catch(error => Promise.reject(new Error(error.stdout)))
}

it('leads from an empty folder to a service that takes part in a running system, as the page says', async () => {
  const folder = await writePageFiles()
  await typeCheck(folder)
  const description = join(root, folder, 'system.ts')
  const settings = await freeSettings({ system: description })
  const { dir, ports } = settings
  onTestFinished(async () => {
    for (const record of await livingProcesses(join(dir, 'run'))) await endProcess(record, 2_000)
    await rm(dir, { recursive: true, force: true })
  })

  // Secured, so that a right which the description doesn't give is missed.
  const named = [description, '--secure']
  const starter = runScript('scripts/start.ts', settings, named)
  await starter.says(/Stop with Ctrl-C/, 240_000)
  expect(starter.output()).toMatch(/✓ connector .*loyalty-connector +\d/)
  expect(starter.output()).toContain(
    `loyalty-service   http://localhost:${ports['loyalty-service']}   GET /customers/ID/points`
  )

  const commands = await curlCommands(page)
  expect(commands.length).toBe(5)
  for (const { command, output } of commands) {
    // A GET is asked again until the events have come round; a POST is sent once.
    const ask = () => runAt(settings, command)
    if (command.includes('POST')) expect((await ask()).split('\n')).toEqual(expect.arrayContaining([...output]))
    else await eventually(async () => expect((await ask()).split('\n')).toEqual(output))
  }

  const saga = runScript('packages/outbox/bin/outboxctl.mjs', settings, ['saga', 'order:1'])
  expect(await saga.ended(), saga.output()).toBe(0)
  for (const event of ['order_created', 'customer_credit_reserved', 'points_granted', 'points_returned'])
    expect(saga.output()).toContain(event)

  const up = runScript('scripts/status.ts', settings, named)
  expect(await up.ended(), up.output()).toBe(0)
  for (const line of [/loyalty-service ready .* ok/, /loyalty-connector flows .* ok/]) expect(up.output()).toMatch(line)

  starter.child.kill('SIGINT')
  expect(await starter.ended()).toBe(0)
  const cleared = runScript('scripts/reset.ts', settings, ['--yes', ...named])
  expect(await cleared.ended(), cleared.output()).toBe(0)
  expect(cleared.output()).toContain('Deleted.')
  // It starts a secured system with two brokers, which a busy machine takes minutes for.
}, 600_000)
