import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'

it.each(globSync('bench/results/*.json', { cwd: root }))('%s names no path of a machine', file => {
  expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/["=:]\/\w+\//)
})
