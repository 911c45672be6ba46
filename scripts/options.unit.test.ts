import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 }) // each starts a Node of its own, on a machine that may have other things to do

const usage = /\n\n(Usage: |npm run )/

/** None of these may come as far as asking a server. */
function script(file: string, args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const nowhere = { MYSQL_URL: 'mysql://a:b@127.0.0.1:9/orders', KAFKA_BROKERS: '127.0.0.1:9' }
  return new Promise(resolve => {
    const path = join(import.meta.dirname, '..', file)
    const child = execFile(process.execPath, [path, ...args], { env: { ...process.env, ...nowhere } }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: out + err })
    )
  })
}

it.each([
  ['scripts/republish-orders.ts', ['--dryrun'], "✗ Unknown option '--dryrun'"],
  ['scripts/republish-orders.ts', ['--since', 'yesterday'], '✗ --since takes a time, not "yesterday".'],
  ['test/healing/main.ts', ['--repeat', 'often'], '✗ --repeat takes a whole number, not "often"'],
  ['packages/console/src/testing/measure-bounds.ts', ['--records', 'many'], '✗ Each option takes a whole number.'],
  ['scripts/flow.ts', ['--twice'], "✗ Unknown option '--twice'"],
  [
    'scripts/rebuild.ts',
    ['flower-delivery', 'shop', 'my_page'],
    '✗ shop has no views in flower-delivery. It takes order.'
  ],
  ['examples/flower-delivery/order/rebuild.ts', ['menus'], '✗ Which view? Expected my_page or menu_item, not menus'],
  ['scripts/schemas.ts', ['chekc'], '✗ Expected check or snapshot, not chekc'],
  ['scripts/schemas.ts', ['check', '--url', 'x'], "✗ Unknown option '--url'"]
])('%s says in a sentence what is wrong with %j, and ends with 2', async (file, args, sentence) => {
  const { code, said } = await script(file, args)
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining(sentence) })
  expect(said).toMatch(usage)
})
