import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { exitWithHelp, root } from '@outbox-cdc/pipeline'
import { interrupted, runVitest } from './run-vitest.ts'

// Runs the tests on the real engines. The last line has the totals: `N passed, N failed`.
const usage = `npm test                     every suite
npm test -- unit int         only these suites (unit, int, e2e, containers, brief)
npm test -- e2e restart      only e2e files whose name contains "restart"; other arguments go to vitest

brief is the short crash matrix: three pipelines, each under load with one shortened fault after the other and one verdict
at the end. It runs after the other suites. On fewer than four cores, npm test only runs the first pipeline, which serves
most faults; npm test -- brief runs all three. The whole matrix: npm run test:resilience -- --help.`

const suites = ['unit', 'int', 'e2e', 'containers']
const args = process.argv.slice(2)

if (args.includes('--help')) exitWithHelp(usage)

const chosen = args.filter(argument => [...suites, 'brief'].includes(argument))
const others = args.filter(argument => !chosen.includes(argument))
const first = chosen.length === 0 ? suites : chosen.filter(name => name !== 'brief')
// A file filter without a suite does not start the matrix.
const brief = chosen.includes('brief') || args.length === 0

type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly code: number }

const totals: Totals[] = []
if (first.length > 0) totals.push(await run(first))
if (brief && totals[0]?.code !== interrupted) totals.push(await run(['brief'], pipelines()))
const sum = (pick: (each: Totals) => number) => totals.reduce((all, each) => all + pick(each), 0)
const [failed, skipped] = [sum(each => each.failed), sum(each => each.skipped)]
console.log(`${sum(each => each.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : Math.max(...totals.map(({ code }) => code))

/** All three pipelines one after the other would take too long on few cores. */
function pipelines(): readonly string[] {
  if (chosen.includes('brief') || availableParallelism() >= 4) return []
  console.log(
    'Fewer than four cores: only the first pipeline of the short crash matrix; npm test -- brief runs all three'
  )
  return ['brief/plain']
}

async function run(names: readonly string[], filters: readonly string[] = []): Promise<Totals> {
  const report = join(root, '.data', `test-report-${process.pid}-${names.join('-')}.json`)
  await mkdir(join(root, '.data'), { recursive: true })
  const projects = names.flatMap(suite => ['--project', suite])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return readTotals(report, await runVitest([...projects, ...reporters, ...others, ...filters]))
}

type Counted = 'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests'

async function readTotals(report: string, code: number): Promise<Totals> {
  const said = await readFile(report, 'utf8').then(
    text => JSON.parse(text) as Readonly<Record<Counted, number>>,
    () => undefined
  )
  // A file that fails before its first test counts as a failure, and so does a runner that died without a report.
  const failed = said === undefined ? 1 : Math.max(said.numFailedTests, code === 0 ? 0 : 1)
  const skipped = (said?.numPendingTests ?? 0) + (said?.numTodoTests ?? 0)
  return { passed: said?.numPassedTests ?? 0, failed, skipped, code }
}
