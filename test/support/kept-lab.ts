import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnectApi, startKeeper } from '@outbox-cdc/connectctl'
import type { Keeper, KeeperOptions, Watched } from '@outbox-cdc/connectctl'
import { freePort } from '@outbox-cdc/stack'
import type { ConnectLab } from './connect-lab.ts'

export type LogLine = {
  readonly level: string
  readonly message: string
  readonly fields: Record<string, unknown>
  readonly at: number
}
export type KeptLab = {
  readonly keeper: Keeper
  readonly url: string
  readonly log: readonly LogLine[]
  /** Adds a line from elsewhere, in its place between the keeper's lines. */
  readonly say: (line: string) => void
  watched(): Watched
}

/** A keeper for a lab's connector, with its log lines kept for the test. */
export async function keep(lab: ConnectLab, options: Partial<KeeperOptions> = {}): Promise<KeptLab> {
  const log: LogLine[] = []
  const say = (level: string) => (fields: object, message: string) =>
    void log.push({ level, message, fields: fields as Record<string, unknown>, at: Date.now() })
  const port = await freePort()
  const { host, port: mysqlPort } = lab.stack.mysql
  const password = await readFile(join(lab.secretsDir, 'keeper'), 'utf8')
  const keeper = await startKeeper({
    api: createConnectApi({ url: lab.api.url, retryForMs: 0, answerTimeoutMs: 5_000 }),
    files: [lab.file],
    environment: lab.environment,
    mysqlFor: () => ({ host, port: mysqlPort, user: 'keeper', password }),
    host: '127.0.0.1',
    port,
    everyMs: 500,
    redAfterMs: 5_000,
    jmxUrls: [],
    diskPaths: [],
    leastFreeBytes: 0,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    ...options
  })
  const watched = () => {
    const [only] = keeper.watched()
    if (only === undefined) throw new Error('the keeper watches nothing')
    return only
  }
  return { keeper, url: `http://127.0.0.1:${port}`, log, say: line => say('note')({}, line), watched }
}
