import { spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

// Runs the tests on the real engines and ends with their true totals in one line: `N passed, N failed`.
// Arguments: names of suites (unit, int, e2e), else whatever vitest takes, such as a part of a file's name.
const usage = `npm test                     every suite
npm test -- unit int         these suites (unit, int, e2e, containers)
npm test -- e2e restart      the e2e files whose name contains "restart"`

const suites = ['unit', 'int', 'e2e', 'containers']
const root = join(import.meta.dirname, '..')
const args = process.argv.slice(2)

if (args.includes('--help')) {
  console.log(usage)
  process.exit(0)
}

const chosen = args.filter(argument => suites.includes(argument))
const others = args.filter(argument => !suites.includes(argument))
const report = join(root, '.data', `test-report-${process.pid}.json`)
await mkdir(join(root, '.data'), { recursive: true })
const projects = (chosen.length === 0 ? suites : chosen).flatMap(suite => ['--project', suite])
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const vitest = spawn('vitest', ['run', '--root', root, ...projects, ...reporters, ...others], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal))
const code = await new Promise<number>(resolve => vitest.on('exit', exitCode => resolve(exitCode ?? 1)))

type Report = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
}

const totals = await readFile(report, 'utf8').then(
  text => JSON.parse(text) as Report,
  () => undefined
)
// A file that fails before its first test counts as a failure, and so does a runner that died without a report.
const failed = totals === undefined ? 1 : Math.max(totals.numFailedTests, code === 0 ? 0 : 1)
const skipped = (totals?.numPendingTests ?? 0) + (totals?.numTodoTests ?? 0)
console.log(`${totals?.numPassedTests ?? 0} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : code
