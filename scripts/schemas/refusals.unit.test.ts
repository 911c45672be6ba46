import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const script = join(import.meta.dirname, '../schemas.ts')
const nobody = 'http://no-such-host.invalid/apis/ccompat/v7'

it.each([
  ['no command', [], /^Usage: npm run schemas -- COMMAND/],
  ['a command that there is not', ['chekc'], /^Usage: npm run schemas -- COMMAND/],
  ['two commands', ['check', 'diff'], /^Usage: npm run schemas -- COMMAND/],
  ['an option that there is not', ['check', '--url', nobody], /^Unknown option '--url'/],
  [
    'register without a registry',
    ['register'],
    /^Which registry\? Say --registry URL, or set SCHEMA_REGISTRY_URL\.\n$/
  ],
  [
    'a registry that is away',
    ['check', '--registry', nobody],
    /^The registry http:\S+ does not answer: .*no-such-host.*\n$/
  ]
])('says in a sentence what it misses, and ends with 2: %s', async (_, args, sentence) => {
  expect(await schemas(args)).toEqual({ code: 2, said: expect.stringMatching(sentence) })
})

it('says what a registry answered that is ill, and ends with 2', async () => {
  const server = createServer((_request, response) => response.writeHead(500).end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const said = `The registry ${url} answered 500 to /subjects/order.order_created/versions/latest\n`
  expect(await schemas(['diff', '--registry', url])).toEqual({ code: 2, said })
})

/** Runs `npm run schemas` in an environment where no pipeline was ever started. */
async function schemas(args: readonly string[]): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env['PATH'], DATA_DIR: join(import.meta.dirname, 'no-such-folder') }
  const child = spawn(process.execPath, [script, ...args], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += String(chunk)))
  const code = await new Promise<number>(resolve => child.on('close', resolve))
  return { code, said }
}
