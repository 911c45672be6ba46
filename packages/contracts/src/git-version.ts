import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { execa } from 'execa'

/** Under which version and branch contracts are published. */
export type Version = { readonly number: string; readonly branch: string }

/**
 * The commit that is checked out. Where files were changed since, or without git, a hash of the contracts stands in for it:
 * a broker refuses a version that comes again with other contracts.
 */
export async function gitVersion(root: string, pactDir: string): Promise<Version> {
  const git = async (...args: readonly string[]) => {
    const { stdout, failed } = await execa('git', args, { cwd: root, reject: false })
    return failed ? undefined : stdout.trim()
  }
  const [commit, changes, current] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('status', '--porcelain'),
    git('branch', '--show-current')
  ])
  // In CI the commit is checked out without its branch.
  const branch = env.GITHUB_HEAD_REF || env.GITHUB_REF_NAME || current || 'detached'
  if (commit !== undefined && changes === '') return { number: commit, branch }
  const hash = (await hashOf(pactDir)).slice(0, 12)
  return { number: `${commit?.slice(0, 12) ?? 'no-commit'}-changed-${hash}`, branch }
}

async function hashOf(dir: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(dir)).toSorted()) hash.update(file).update(await readFile(join(dir, file)))
  return hash.digest('hex')
}
