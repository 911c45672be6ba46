import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { parseEnv } from 'node:util'
import { rollFile } from './roll-server.ts'

/** Has the running starter of a folder replace the processes of a service. Throws a sentence when it can't, or didn't. */
export async function requestRoll(dir: string, service: string, say: (line: string) => void): Promise<void> {
  const text = await readFile(rollFile(dir), 'utf8').catch(() => {
    throw new Error('Nothing is running here. Start it: npm start')
  })
  const { ROLL_URL = '', ROLL_TOKEN = '' } = parseEnv(text)
  const lines = await post(`${ROLL_URL}/roll/${service}`, ROLL_TOKEN, say)
  const last = lines.at(-1) ?? ''
  if (last !== 'done') throw new Error(last.replace(/^✗ /, '') || 'The starter has ended meanwhile.')
}

function post(url: string, token: string, say: (line: string) => void): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } }, answer => {
      const lines: string[] = []
      const reader = createInterface(answer)
      reader.on('line', line => {
        lines.push(line)
        if (answer.statusCode === 200 && line !== 'done' && !line.startsWith('✗')) say(line)
      })
      reader.once('close', () => resolve(lines))
      answer.once('error', () => reader.close())
    })
    asked.once('error', () => reject(new Error('The starter does not answer. Is it still running?')))
    asked.end()
  })
}
