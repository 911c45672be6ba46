import { writeFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export type Totals = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
}
export type Failure = { readonly name: string; readonly message: string }

/** Writes the totals of a run and what failed as JSON to the file that TOTALS_FILE names. */
export default class TotalsReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Promise<void> {
    const file = process.env['TOTALS_FILE']
    if (file) await writeFile(file, JSON.stringify(totalsOf(modules, unhandled)))
  }
}

function totalsOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Totals {
  const tests = modules.flatMap(each => [...each.children.allTests()])
  const count = (state: 'passed' | 'failed' | 'skipped') => tests.filter(each => each.result().state === state).length
  // What failed outside of a test: a file that can't be loaded, a hook before or after all tests, a stray rejection.
  const outside = [
    ...modules.flatMap(each => each.errors().map(failureOf(placeOf(each)))),
    ...modules.flatMap(each =>
      [...each.children.allSuites()].flatMap(suite =>
        suite.errors().map(failureOf(`${placeOf(each)} > ${suite.fullName}`))
      )
    ),
    ...unhandled.map(failureOf('outside of any test'))
  ]
  const failures = tests.flatMap(each => {
    const { state, errors } = each.result()
    return state === 'failed'
      ? (errors ?? []).slice(0, 1).map(failureOf(`${placeOf(each.module)} > ${each.fullName}`))
      : []
  })
  return {
    passed: count('passed'),
    failed: count('failed') + outside.length,
    skipped: count('skipped'),
    failures: [...failures, ...outside]
  }
}

function placeOf(module: TestModule): string {
  return `${module.project.name} ${module.relativeModuleId}`
}

function failureOf(name: string): (error: Pick<SerializedError, 'message' | 'stack'>) => Failure {
  return ({ message, stack }) => ({ name, message: stripVTControlCharacters(stack || message) })
}
