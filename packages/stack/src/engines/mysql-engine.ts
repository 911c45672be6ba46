import { existsSync } from 'node:fs'
import { env } from 'node:process'
import type { Progress } from '../progress.ts'
import { StackError } from '../errors.ts'
import { type MysqlEngine, fetchMysqlFromDebian } from './mysql-from-debian.ts'
import { runTool } from './run-tool.ts'

/** The machine's own mysqld (`$MYSQLD`, else on the PATH) when it is 8.4 or newer, else one from Debian's packages. */
export async function findMysqlEngine(progress: Progress): Promise<MysqlEngine> {
  const own = env.MYSQLD ?? 'mysqld'
  const version = await runTool(own, ['--version'], { timeoutMs: 20_000 }).catch(() => '')
  if (isAccepted(version)) return { command: own, args: ['--no-defaults'] }
  if (env.MYSQLD !== undefined) {
    throw new StackError(
      'ENGINE_MISSING',
      `MYSQLD=${own} is not a MySQL server of version 8.4 or newer. Correct it or unset it.`
    )
  }
  if (existsSync('/usr/bin/apt-get') && existsSync('/usr/share/keyrings/debian-archive-keyring.gpg')) {
    return fetchMysqlFromDebian(progress)
  }
  throw new StackError(
    'ENGINE_MISSING',
    'MySQL 8.4 or 9.x is needed and no mysqld was found. Install it and put mysqld on the PATH, or say MYSQLD=/path/to/mysqld.'
  )
}

function isAccepted(version: string): boolean {
  const [, major, minor] = /Ver (\d+)\.(\d+)\.\d+/.exec(version) ?? []
  return !version.includes('MariaDB') && (Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 4))
}
