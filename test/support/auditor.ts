import { join } from 'node:path'
import { execa } from 'execa'
import { root } from '@outbox-cdc/pipeline'
import type { TestPipeline } from './test-pipeline.ts'

/** `outboxctl audit` with what npm start wrote, of the first hop or of another one. */
export async function audit({ addresses }: TestPipeline, hop?: string) {
  const cli = join(root, 'packages/outbox/src/cli.ts')
  const args = [cli, 'audit', '--until', '0s', '--json', ...(hop === undefined ? [] : ['--hop', hop])]
  const env = { ...process.env, ...addresses }
  const { stdout, stderr, exitCode } = await execa(process.execPath, args, { env, timeout: 30_000, reject: false })
  if (stdout === '') throw new Error(stderr)
  type Answer = { findings: { kind: string; id: string }[]; counts: Record<string, number> }
  const { findings, counts } = JSON.parse(stdout) as Answer
  return { code: exitCode, findings: findings.map(({ kind, id }) => `${kind} ${id}`), counts }
}
