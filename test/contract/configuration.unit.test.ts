import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configSchema as delivery } from '@outbox-cdc/delivery-service/config'
import { configSchema as order } from '@outbox-cdc/order-service/config'
import { configSchema as consolePage } from '@outbox-cdc/console/config'
import { hopSchema } from '@outbox-cdc/outbox/hops'
import { describeConfig } from '../support/describe-config.ts'
import { describeFields } from '../support/describe-fields.ts'

const root = join(import.meta.dirname, '../..')
const services = [
  ['order-service', order],
  ['delivery-service', delivery],
  ['packages/console', consolePage]
] as const

it('.env.example holds every variable of each service with its default and what it is for, and no other', async () => {
  const sections = services.map(([name, schema]) => {
    const lines = describeConfig(schema).map(
      variable => `# ${variable.description}\n# ${variable.name}=${variable.initial}`
    )
    return `## ${name}\n\n${lines.join('\n')}\n`
  })
  const text = await readFile(join(root, '.env.example'), 'utf8')
  expect(text.slice(text.indexOf('## '))).toBe(sections.join('\n'))
})

it.each(services)('the README of %s has a row for each variable, and no other', async (name, schema) => {
  const readme = (await readFile(join(root, name, 'README.md'), 'utf8')).replace(/ +/g, ' ')
  const rows = describeConfig(schema).map(variable =>
    `| \`${variable.name}\` | ${variable.initial} | ${variable.description} |`.replace(/ +/g, ' ')
  )
  expect(readme.match(/^\| `[A-Z_]+` \|.*\|$/gm)).toEqual(rows)
})

it('the README of packages/console has a row for each field of a hop, and no other', async () => {
  const readme = (await readFile(join(root, 'packages/console/README.md'), 'utf8')).replace(/ +/g, ' ')
  const rows = describeFields(hopSchema).map(field =>
    `| \`${field.name}\` | ${field.initial} | ${field.description} |`.replace(/ +/g, ' ')
  )
  expect(readme.match(/^\| `[a-z][A-Za-z.]*` \|.*\|$/gm)).toEqual(rows)
})
