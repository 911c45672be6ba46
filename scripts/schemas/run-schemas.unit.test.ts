import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { runSchemas } from './run-schemas.ts'

const nobody = 'http://127.0.0.1:2/apis/ccompat/v7'

it.each([
  ['no command', [], /^Usage: npm run schemas -- COMMAND/],
  ['a command that there is not', ['chekc'], /^Usage: npm run schemas -- COMMAND/],
  ['two commands', ['check', 'diff'], /^Usage: npm run schemas -- COMMAND/],
  ['an option that there is not', ['check', '--url', nobody], /^Unknown option '--url'/],
  ['register without a registry', ['register'], /^Which registry\? Say --registry URL, or set SCHEMA_REGISTRY_URL\.$/],
  [
    'a registry that is away',
    ['check', '--registry', nobody],
    /^The registry http:\S+ does not answer: .*ECONNREFUSED.*$/
  ]
])('says in a sentence what it misses, and ends with 2: %s', async (_, args, sentence) => {
  expect(await schemas(args)).toEqual({ code: 2, said: expect.stringMatching(sentence) })
})

it('says what a registry answered that is ill, and ends with 2', async () => {
  const server = createServer((_request, response) => response.writeHead(500).end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const said = `The registry ${url} answered 500 to /subjects/order.order_created/versions/latest`
  expect(await schemas(['diff', '--registry', url])).toEqual({ code: 2, said })
})

/** Runs a command line where no pipeline was ever started. */
async function schemas(args: readonly string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const code = await runSchemas(args, { runningRegistry: async () => undefined, say, note: say })
  return { code, said: lines.join('\n') }
}
