import { expect, it } from 'vitest'
import { createCommitReader } from './commits.ts'

const transaction = (commit: number, rows: string) =>
  `# original_commit_timestamp=1 (2026-11-28)\n# immediate_commit_timestamp=${commit} (2026-11-28)\nBEGIN\n${rows}COMMIT/*!*/;\n`
const insert = (table: string, id: number, at: string) =>
  `### INSERT INTO \`shop\`.\`${table}\`\n### SET\n###   @1=${id}\n###   @2='j\\'öön\\n###   @4=7'\n###   @3=95\n###   @4=${at}\n`

it('takes the commit time of the transaction for each order and each delivery in it', () => {
  const now = 1_795_000_000_123_456
  const text = [
    transaction(now, insert('customer_order', 41, '1795000000.123000') + insert('outbox', 7, '1795000000.1')),
    transaction(now + 5, "### DELETE FROM `shop`.`customer_order`\n### WHERE\n###   @1=40\n###   @2='a'\n"),
    transaction(now + 900, [41, 42].map(id => insert('delivery', id, '1795000000.124156')).join(''))
  ]
  const { commits, read } = createCommitReader()
  for (const line of text.join('').split('\n')) read(line)
  const { orders, deliveries } = commits
  expect([...orders]).toEqual([[41, now]])
  expect([...deliveries]).toEqual([41, 42].map(id => [id, { commit: now + 900, begun: now + 700 }]))
})
