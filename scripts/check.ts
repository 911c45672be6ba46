import { execa } from 'execa'

const folders = [
  'packages',
  'order-service',
  'delivery-service',
  'examples',
  'systems',
  'scripts',
  'test',
  'bench',
  'deploy'
]

// The checks that every commit must pass. They run at the same time; the unit tests take longest, so they start first.
const checks: readonly (readonly [string, readonly string[]])[] = [
  ['unit tests', ['vitest', 'run', '--project', 'unit']],
  ['types', ['tsc', '--noEmit']],
  ['types of the console page', ['tsc', '--noEmit', '--project', 'packages/console/src/page']],
  ['types of the contracts page', ['tsc', '--noEmit', '--project', 'packages/contracts/src/page']],
  ['types of the gateway page', ['tsc', '--noEmit', '--project', 'examples/flower-delivery/gateway/page']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['format', ['biome', 'format', '.']],
  ['boundaries', ['depcruise', ...folders, '--output-type', 'err']],
  ['folders', ['depcruise', ...folders, '--output-type', 'err', '--config', '.dependency-cruiser.folders.cjs']],
  ['unused', ['knip']],
  ['clones', ['jscpd', '--no-colors']],
  ['schemas', ['node', 'scripts/schemas.ts', 'check']]
]

async function passes([name, [program = '', ...args]]: readonly [string, readonly string[]]): Promise<boolean> {
  const { all, failed, durationMs, shortMessage } = await execa(program, args, {
    all: true,
    stdin: 'ignore',
    reject: false
  })
  console.log(`${failed ? '✗' : '✓'} ${name.padEnd(11)} ${(durationMs / 1000).toFixed(1).padStart(5)} s`)
  if (failed) console.log(all.trimEnd() || shortMessage)
  return !failed
}

const results = await Promise.all(checks.map(passes))
if (results.includes(false)) process.exitCode = 1
