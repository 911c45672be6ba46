import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const notTests = ['**/node_modules/**', '**/dist/**', '**/.data/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', isolate: false, include: ['**/*.unit.test.ts'], exclude: notTests, testTimeout: 10_000 }
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: notTests,
          globalSetup: ['test/support/shared-stack.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000
        }
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: notTests,
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          exclude: notTests,
          globalSetup: ['test/containers/set-up.ts'],
          testTimeout: 180_000,
          hookTimeout: 400_000,
          fileParallelism: false
        }
      },
      {
        // The short matrix: three pipelines, each fault once; two pipelines at the same time on four cores.
        test: {
          name: 'brief',
          include: ['test/resilience/brief/*.test.ts'],
          exclude: [...notTests, '**/*.unit.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: Math.max(1, Math.floor(availableParallelism() / 2))
        }
      },
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
