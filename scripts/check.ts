import { spawn } from 'node:child_process'

const folders = ['packages', 'order-service', 'delivery-service', 'systems', 'scripts', 'test', 'bench']

// The checks that every commit must pass. They run at the same time; the unit tests take longest, so they start first.
const checks: readonly (readonly [string, readonly string[]])[] = [
  ['unit tests', ['vitest', 'run', '--project', 'unit']],
  ['types', ['tsc', '--noEmit']],
  ['page types', ['tsc', '--noEmit', '--project', 'packages/console/src/page']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['format', ['biome', 'format', '.']],
  ['boundaries', ['depcruise', ...folders, '--output-type', 'err']],
  ['folders', ['depcruise', ...folders, '--output-type', 'err', '--config', '.dependency-cruiser.folders.cjs']],
  ['unused', ['knip']],
  ['clones', ['jscpd', '--no-colors']],
  ['schemas', ['node', 'scripts/schemas.ts', 'check']]
]

function runCheck([name, command]: readonly [string, readonly string[]]): Promise<boolean> {
  const started = performance.now()
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  return new Promise(resolve => {
    child.on('error', error => (output += error.message))
    child.on('close', code => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(11)} ${seconds.padStart(5)} s`)
      if (code !== 0) console.log(output.trimEnd())
      resolve(code === 0)
    })
  })
}

const results = await Promise.all(checks.map(runCheck))
if (results.includes(false)) process.exitCode = 1
