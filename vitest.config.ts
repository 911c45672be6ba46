import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const notTests = ['**/node_modules/**', '**/dist/**', '**/.data/**']

// Limits only bound a failure: a slow machine needs several times as long as a fast one.
const patience = { testTimeout: 300_000, hookTimeout: 400_000 }

// The Java engines live for a minute: the optimising compiler would take more time than it saves.
const onEngines = {
  ...patience,
  exclude: notTests,
  maxWorkers: availableParallelism(),
  sequence: { groupOrder: 2 },
  env: { JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1' }
}

// These break a pipeline under load, which takes two cores, so they run after the rest.
const underLoad = {
  ...onEngines,
  maxWorkers: Math.max(1, Math.floor(availableParallelism() / 2)),
  sequence: { groupOrder: 4 }
}

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', isolate: false, include: ['**/*.unit.test.ts'], exclude: notTests, testTimeout: 60_000 }
      },
      {
        test: {
          ...onEngines,
          name: 'int',
          // They share their engines and wait for them half of the time; an e2e file starts its own, which takes the cores.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 1 },
          include: ['**/*.int.test.ts'],
          globalSetup: ['test/support/shared-stack.ts']
        }
      },
      { test: { ...onEngines, name: 'e2e', include: ['test/e2e/**/*.test.ts'] } },
      {
        test: {
          ...onEngines,
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          globalSetup: ['test/containers/set-up.ts'],
          // One after the other and after the rest: each starts a whole pipeline cold, against the limits of healthchecks.
          maxWorkers: 1,
          sequence: { groupOrder: 3 }
        }
      },
      // The short matrix: four pipelines, each fault once.
      { test: { ...underLoad, name: 'brief', include: ['test/resilience/brief/{plain,postgres}.test.ts'] } },
      { test: { ...underLoad, name: 'brief-others', include: ['test/resilience/brief/{wide,narrow}.test.ts'] } },
      {
        // Only `npm run test:resilience` runs it: it takes long, and breaks one whole pipeline after the other.
        test: {
          name: 'resilience',
          include: ['test/resilience/*.test.ts'],
          exclude: notTests,
          // The oracle of a soak holds every order of twenty minutes.
          execArgv: ['--max-old-space-size=8192'],
          testTimeout: 2_400_000,
          hookTimeout: 240_000,
          fileParallelism: false
        }
      }
    ]
  }
})
