import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeConfig } from '../../../test/support/describe-config.ts'
import { configSchema } from './config.ts'

it('the README has a row for each variable, with its default and what it is', async () => {
  const readme = (await readFile(join(import.meta.dirname, '../README.md'), 'utf8')).replaceAll(/ +/g, ' ')
  const rows = describeConfig(configSchema).map(({ name, initial, description }) =>
    `| \`${name}\` | ${initial} | ${description} |`.replaceAll(/ +/g, ' ')
  )
  const inTable = readme.match(/^\| `[A-Z_]+` \|.*\|$/gm)
  expect(inTable).toEqual(rows)
})
