import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { replicasOf } from './replicas.ts'
import { CannotRoll, roll, type Rolled } from './roll.ts'
import type { Settings } from './settings.ts'
import { startTokenServer } from './token-server.ts'

/** In the folder `run` of a system, readable by its owner only. */
export const rollFile = (dir: string): string => join(dir, 'run', 'roll.env')

/** Lets `npm run roll` of the same user replace the processes of a service. */
export async function startRollServer(
  { system, replicas, dir }: Settings,
  supervised: readonly Rolled[],
  say: (line: string) => void
) {
  let rolling: string | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = ''] = /^\/roll\/([\w-]+)$/.exec(request.url ?? '') ?? []
    const refused = refusalOf(name)
    if (request.method !== 'POST' || refused !== undefined)
      return void response.writeHead(409).end(`${refused ?? 'POST /roll/SERVICE'}\n`)
    rolling = name
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
    try {
      await roll(partsOf(name), line => {
        say(`rolling update: ${line}`)
        response.write(`${line}\n`)
      })
      response.end('done\n')
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      if (!(error instanceof CannotRoll)) say(`rolling update of ${name} ended: ${words}`)
      response.end(`✗ ${words}\n`)
    } finally {
      rolling = undefined
    }
  }

  function partsOf(name: string): readonly Rolled[] {
    const service = system.services.find(one => one.name === name)
    const names = service === undefined ? [] : replicasOf(service, replicas).map(replica => replica.name)
    return supervised.filter(({ part }) => names.includes(part.name))
  }

  function refusalOf(name: string): string | undefined {
    if (rolling !== undefined) return `${rolling} is being replaced already.`
    const { length } = partsOf(name)
    if (length === 0)
      return `There is no service "${name}". There are: ${system.services.map(one => one.name).join(', ')}.`
    if (length > 1) return undefined
    return `${name} has one process, so it would be away meanwhile. Start it with replicas: npm start -- ${system.name} --replicas ${name}=2`
  }

  const token = randomBytes(24).toString('base64url')
  const server = await startTokenServer(token, (request, response) => void answer(request, response))
  const file = rollFile(dir)
  await mkdir(join(dir, 'run'), { recursive: true })
  await rm(file, { force: true })
  await writeFile(file, `ROLL_URL=${server.url}\nROLL_TOKEN=${token}\n`, { mode: 0o600 })
  return {
    async close() {
      await Promise.all([server.close(), rm(file, { force: true })])
    }
  }
}
