import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uniqueName, useDatabase } from '@outbox-cdc/test-support/use-stack'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from './logger.ts'
import { migrate } from './migrate.ts'
import { createMysql } from './mysql.ts'

/** An account that MySQL lets in over TLS only, and the file of MySQL's own authority. */
async function useSecuredMysql() {
  const { db, url, name } = await useDatabase('secured')
  const user = uniqueName('tls').slice(0, 20)
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY 'hunter2' REQUIRE SSL", [user])
  await db.raw("GRANT ALL ON ??.* TO ?@'%'", [name, user])
  const [[{ folder }]] = await db.raw('SELECT @@datadir AS folder')
  const ca = join(folder, 'ca.pem')
  return { user, ca, url: (parameters: string) => urlAs({ url, user }, parameters) }
}

function urlAs({ url, user }: { url: string; user: string }, parameters: string): string {
  const { host, pathname } = new URL(url)
  return `mysql://${user}:hunter2@${host}${pathname}${parameters}`
}

/** What the readiness of a service with this URL says, and what its log says. */
async function ask(url: string) {
  const lines: string[] = []
  const logger = createLogger('test', 'debug', { write: line => void lines.push(line) })
  const db = createMysql({ url, name: 'test', poolSize: 1, failFast: true, logger })
  try {
    const answer = await db.raw("SHOW STATUS LIKE 'Ssl_cipher'").then(
      ([[row]]) => row.Value as string,
      (error: Error) => error.message
    )
    return { answer, log: lines.join('') }
  } finally {
    await db.destroy()
  }
}

it('talks to MySQL over TLS if the URL says so, and so do migrations', async () => {
  const { url, ca } = await useSecuredMysql()
  const secured = url(`?ssl-mode=VERIFY_CA&ssl-ca=${ca}`)
  expect((await ask(secured)).answer).toMatch(/^TLS|^ECDHE/)
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, '1-nothing.ts'), 'export const up = async () => {}\nexport const down = up\n')
  const said: string[] = []
  await migrate({ url: secured, directory, report: sentence => void said.push(sentence) })
  expect(said[0]).toBe('migrated 1-nothing.ts')
})

it('says in one sentence, in the error and in the log, why security keeps MySQL from answering', async () => {
  const { url, ca, user } = await useSecuredMysql()
  const trusted = `?ssl-mode=VERIFY_CA&ssl-ca=${ca}`
  const place = new URL(url('')).host
  const cases: readonly (readonly [url: string, sentence: RegExp])[] = [
    [url('?ssl-mode=VERIFY_CA'), new RegExp(`^The certificate of MySQL at ${place} .*authority`)],
    [url(`?ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}`), new RegExp(`^The certificate of MySQL at ${place} is for `)],
    [url(trusted).replace('hunter2', 'hunter3'), new RegExp(user)]
  ]
  for (const [wrong, sentence] of cases) {
    const { answer, log } = await ask(wrong)
    expect(answer).toMatch(sentence)
    expect(JSON.parse(log.split('\n')[0] ?? '')).toMatchObject({ reason: answer, msg: 'cannot connect to MySQL' })
    expect(answer + log).not.toMatch(/hunter/)
    const migrating = migrate({ url: wrong, directory: '.', report: () => undefined })
    await expect(migrating).rejects.toThrow(answer)
  }
})
