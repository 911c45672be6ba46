import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { exitWithHelp, root } from '@outbox-cdc/pipeline'
import { interrupted, runVitest } from './run-vitest.ts'

// Runs the tests on the real engines. The last line has the totals: `N passed, N failed`.
const usage = `npm test                     every suite
npm test -- unit int         only these suites (unit, int, e2e, containers, brief)
npm test -- e2e restart      only e2e files whose name contains "restart"; other arguments go to vitest

First unit and int: the files of int share their engines and mostly wait, so one more runs at the same time than there are
cores. When these engines have stopped, e2e: as many files as there are cores.

brief is the short crash matrix: four pipelines, each under load with one shortened fault after the other and one verdict
at the end. It runs after the other suites. On fewer than four cores, npm test takes the one that serves most faults and the one on
PostgreSQL; npm test -- brief runs all four. The whole matrix: npm run test:resilience -- --help.`

const suites = ['unit', 'int', 'e2e', 'containers']
const args = process.argv.slice(2)

if (args.includes('--help')) exitWithHelp(usage)

const chosen = args.filter(argument => [...suites, 'brief'].includes(argument))
const others = args.filter(argument => !chosen.includes(argument))
const projects = chosen.length > 0 ? chosen.flatMap(projectsOf) : unchosen()
const totals: Totals[] = []
// One after the other, so that the engines that the int tests share are gone when e2e tests start their own.
for (const part of [['unit', 'int'], ['e2e', 'containers'], projectsOf('brief')]) {
  const wanted = projects.filter(project => part.includes(project))
  if (wanted.length > 0) totals.push(await run(wanted))
  if (totals.at(-1)?.code === interrupted) break
}
const sum = (count: keyof Totals) => totals.reduce((all, each) => all + each[count], 0)
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')]
if (passed + failed + skipped === 0) console.log(`No test has "${others.join(' ')}" in the name of its file.`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = passed + skipped === 0 || failed > 0 ? 1 : 0

function projectsOf(suite: string): readonly string[] {
  return suite === 'brief' ? ['brief', 'brief-others'] : [suite]
}

function unchosen(): readonly string[] {
  // A file filter without a suite does not start the matrix.
  if (others.length > 0) return suites
  if (availableParallelism() >= 4) return [...suites, ...projectsOf('brief')]
  console.log('Fewer than four cores: only two pipelines of the short crash matrix; npm test -- brief runs all four')
  return [...suites, 'brief']
}

type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly code: number }

async function run(projects: readonly string[]): Promise<Totals> {
  const report = join(root, '.data', `test-report-${process.pid}-${projects.join('-')}.json`)
  await mkdir(join(root, '.data'), { recursive: true })
  // A file that is asked for is in one of the suites.
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--passWithNoTests']
  return readTotals(
    report,
    await runVitest([...projects.flatMap(name => ['--project', name]), ...reporters, ...others])
  )
}

type Counted = 'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests'

async function readTotals(report: string, code: number): Promise<Totals> {
  const said = await readFile(report, 'utf8').then(
    text => JSON.parse(text) as Readonly<Record<Counted, number>>,
    () => undefined
  )
  // A file that fails before its first test counts as a failure, and so does a runner that died without a report.
  const failed = Math.max(said?.numFailedTests ?? 0, code === 0 ? 0 : 1)
  const skipped = (said?.numPendingTests ?? 0) + (said?.numTodoTests ?? 0)
  return { passed: said?.numPassedTests ?? 0, failed, skipped, code }
}
