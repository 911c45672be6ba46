import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type OwnConnector, ownConnector } from './own-connector.ts'

const fileOf = ({ environment, name }: OwnConnector) => join(environment['CONNECT_DIR'] ?? '', `${name}.json`)

it('applies the other connectors when some are refused, says of each what happened, and ends with 1', async () => {
  const misspelt = await ownConnector()
  const fine = await ownConnector()
  const lockedOut = await ownConnector()
  await misspelt.configure({ 'max.batch.sise': '1' })
  await lockedOut.db.raw("ALTER USER ?@'%' IDENTIFIED BY 'changed'", [lockedOut.account])
  const files = [misspelt, fine, lockedOut].map(fileOf)

  const applied = await fine.connectctl('apply', ...files)
  expect(applied).toMatchObject({ code: 1, out: `✓ ${fine.name}: created, every task runs` })
  const complaints = applied.err.split('\n').filter(line => /^✗.* was /.test(line))
  expect(complaints).toEqual([
    `✗ ${misspelt.name} was not sent: 1 setting(s) refused`,
    expect.stringMatching(new RegExp(`^✗ ${lockedOut.name} was refused: .*Access denied`))
  ])

  const again = await fine.connectctl('--json', 'apply', ...files)
  expect(again.code).toBe(1)
  expect(JSON.parse(again.out)).toEqual([
    { name: misspelt.name, error: expect.stringContaining('was not sent') },
    { name: fine.name, outcome: 'unchanged', changes: [] },
    { name: lockedOut.name, error: expect.stringContaining('Access denied') }
  ])
})
