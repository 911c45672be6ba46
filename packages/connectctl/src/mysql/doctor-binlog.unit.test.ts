import { expect, it } from 'vitest'
import { examineBinlog, type Read } from './doctor-binlog.ts'

const config = { 'table.include.list': 'orders\\.outbox, shop\\.outbox' }
const server = { expire: 604_800, purges: 1, home: '/usr/' }
const tables = ['orders', 'shop', 'audit'].map(db => ({ db, name: 'outbox' }))

type Answers = { readonly filters?: object; readonly server?: object; readonly rds?: readonly object[] }

function answering({ filters = {}, server: differs = {}, rds }: Answers): Read {
  return async <Row>(sql: string) => {
    if (sql.includes('rds_configuration') && rds === undefined) throw new Error('SELECT command denied')
    const [, rows] = [
      ['BINARY LOG', [{ Binlog_Do_DB: '', Binlog_Ignore_DB: '', ...filters }]],
      ['information_schema', tables],
      ['rds_configuration', rds],
      ['@@basedir', [{ ...server, ...differs }]]
    ].find(([part]) => sql.includes(part as string)) ?? ['', []]
    return rows as readonly Row[]
  }
}

const said = async (answers: Answers) =>
  (await examineBinlog(answering(answers), config)).map(({ ok, what }) => `${ok ? '✓' : '✗'} ${what}`).join('\n')

it.each<[string, Answers, string]>([
  ['nothing of filters that are not set', {}, '✓ binlog kept for 168 h'],
  ['a database that is ignored', { filters: { Binlog_Ignore_DB: 'audit,orders' } }, '✗ the server keeps orders out'],
  ['a database that is not among the chosen', { filters: { Binlog_Do_DB: 'orders' } }, '✗ the server keeps shop out'],
  [
    'a database that is chosen and ignored',
    { filters: { Binlog_Do_DB: 'orders,shop', Binlog_Ignore_DB: 'orders' } },
    "✓ the server's binlog filters let"
  ],
  ['filters that let all pass', { filters: { Binlog_Do_DB: 'orders,shop' } }, "✓ the server's binlog filters let"],
  ['a binlog that is kept for an hour', { server: { expire: 3_600 } }, '✗ binlog kept for 1 h'],
  ['a binlog that is never purged', { server: { expire: 0 } }, '✓ binlog never purged'],
  ['no purging by itself', { server: { purges: 0 } }, '✓ binlog never purged'],
  [
    'RDS without hours',
    { server: { home: '/rdsdbbin/mysql/' }, rds: [{ value: null }] },
    '✗ binlog kept only until RDS'
  ],
  ['RDS with hours', { server: { home: '/rdsdbbin/mysql/' }, rds: [{ value: '72' }] }, '✓ binlog kept for 72 h'],
  ['RDS that cannot be read', { server: { home: '/rdsdbbin/mysql/' } }, '✗ how long RDS keeps the binlog']
])('says %s', async (_what, answers, words) => {
  expect(await said(answers)).toContain(words)
})
