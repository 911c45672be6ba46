import { globSync } from 'node:fs'
import { join } from 'node:path'
import { loadSystem, root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'

const files = globSync(['systems/*.ts', 'test/**/*system.ts'], { cwd: root })

it.each(files)('%s describes a system that can start', async file => {
  expect(await loadSystem(join(root, file))).toHaveProperty('services')
})

it('finds the descriptions of the tests too', () => expect(files.length).toBeGreaterThan(5))
