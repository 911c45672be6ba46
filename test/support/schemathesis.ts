import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { pythonWith } from './python-client.ts'

type Api = {
  /** The address of its OpenAPI document. */
  readonly document: string
  readonly headers?: Readonly<Record<string, string>>
  /** It may refuse what its document allows, by rules that a schema doesn't express. */
  readonly refusesMore?: boolean
}

/** Finds what is wrong with an API by its document; empty if nothing. */
export type FindFaults = (api: Api) => Promise<string>

// The same requests each time, and an end.
const bounds = ['--max-examples', '8', '--seed', '1', '--no-shrink', '--request-timeout', '20']
const phases = ['--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--warnings', 'off', '--no-color']

// 422 is what a used Idempotency-Key gets: no document can say which keys are used. What is invalid is a 400.
const settings = `[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "5xx"]
`

/** schemathesis of PyPI; undefined, with the reason printed, where there is no Python with pip. */
export async function schemathesis(): Promise<FindFaults | undefined> {
  const python = await pythonWith('schemathesis-4.32.5', 'schemathesis==4.32.5')
  if (python === undefined) return undefined
  const start = ['-c', 'from schemathesis.cli import schemathesis; schemathesis()', 'run']
  return async ({ document, headers = {}, refusesMore = false }) => {
    const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const without = refusesMore ? ['--exclude-checks', 'positive_data_acceptance'] : []
    // Not removed by a hook of the test: of concurrent tests, the last would remove the folders of all.
    const cwd = await mkdtemp(join(tmpdir(), 'schemathesis-'))
    await writeFile(join(cwd, 'schemathesis.toml'), settings)
    const options = { cwd, all: true, reject: false, timeout: 170_000 } as const
    try {
      const run = [...start, document, ...given, ...without, ...bounds, ...phases]
      const { exitCode, all } = await execa(python, run, options)
      return exitCode === 0 ? '' : all
    } finally {
      await rm(cwd, { recursive: true, force: true })
    }
  }
}
