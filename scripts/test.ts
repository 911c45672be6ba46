import { mkdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { exitWithHelp, root } from '@outbox-cdc/pipeline'
import { interrupted, runVitest } from './run-vitest.ts'
import type { Failure, Totals } from './totals-reporter.ts'

// Runs the tests on the real engines. At the end it names each failure again; the last line has the totals.
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
  if (wanted.length === 0) continue
  const { code, ...those } = await run(wanted)
  totals.push(those)
  if (code === interrupted) break
}
const sum = (count: 'passed' | 'failed' | 'skipped') => totals.reduce((all, each) => all + each[count], 0)
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')]
if (passed + failed + skipped === 0) console.log(`No test has "${others.join(' ')}" in the name of its file.`)
if (failed > 0) console.log(listOf(totals.flatMap(each => each.failures)))
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

async function run(projects: readonly string[]): Promise<Totals & { readonly code: number }> {
  await mkdir(join(root, '.data'), { recursive: true })
  const file = join(root, '.data', `test-totals-${process.pid}-${projects.join('-')}.json`)
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/totals-reporter.ts')}`]
  // --passWithNoTests: a file that is asked for is in one of the suites.
  const args = [...projects.flatMap(name => ['--project', name]), ...reporters, '--passWithNoTests', ...others]
  const code = await runVitest(args, { ...process.env, TOTALS_FILE: file })
  const totals = await readFile(file, 'utf8').then(
    text => JSON.parse(text) as Totals,
    () => ({ passed: 0, failed: 0, skipped: 0, failures: [] })
  )
  await rm(file, { force: true })
  if (code === 0 || totals.failed > 0) return { ...totals, code }
  // A runner that died has no report, and one that a signal ended has a report without a failure.
  const failure = { name: projects.join(', '), message: `vitest ended with ${code}, and no test failed` }
  return { ...totals, failed: 1, failures: [failure], code }
}

/** The first lines of each failure: in a long log they stand far from the end. */
function listOf(failures: readonly Failure[]): string {
  const shown = failures.slice(0, 20).map(({ name, message }) => {
    const ours = message
      .split('\n')
      .filter(line => !line.includes('/node_modules/') && !line.includes('at new Promise'))
    const lines = ours.slice(0, 12).map(line => `    ${line.slice(0, 300)}`)
    return [name, ...lines].join('\n')
  })
  const more = failures.length > shown.length ? [`and ${failures.length - shown.length} more`] : []
  return ['', 'Failed:', '', ...shown, ...more, ''].join('\n')
}
