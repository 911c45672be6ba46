import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { ConnectctlError } from '../connect/errors.ts'
import { lastComplaint, watchLogs, withConnectLog } from './connect-log.ts'

const complaint = 'WARN  NetworkClient [Producer clientId=connector-producer-shop-0] {shop=UNKNOWN_TOPIC_OR_PARTITION}'

async function logWith(...lines: string[]): Promise<string> {
  const file = join(await tempFolder('logs'), 'connect.log')
  await writeFile(file, lines.join('\n'))
  return file
}

it("finds the newest warning or error of a connector in the workers' logs", async () => {
  const log = await logWith(
    '2026-11-29T00:00:00,001 ERROR WorkerSourceTask{id=shop-0} old',
    `2026-11-29T00:00:00,002 ${complaint}`,
    '2026-11-29T00:00:00,003 INFO  RestServer GET /connectors/shop/status',
    '2026-11-29T00:00:00,004 WARN  WorkerSourceTask{id=other-0} of another'
  )
  const empty = await logWith('')
  expect(await lastComplaint('shop', { CONNECT_LOG: `${log}, ${empty}, /nowhere/at.all` })).toBe(complaint)
  expect(await lastComplaint('shop', { CONNECT_LOG: empty })).toBeUndefined()
})

it('finds only what a worker writes now, where a state is examined', async () => {
  const log = await logWith(`2026-11-29T00:00:00,001 ${complaint}`, '')
  const watched = watchLogs({ CONNECT_LOG: log })
  await sleep(500)
  await appendFile(log, '2026-11-29T00:00:01,001 WARN  [Producer clientId=connector-producer-other-0] failed\n')
  const complaintOf = await watched
  expect([complaintOf('shop'), complaintOf('other')]).toEqual([undefined, expect.stringContaining('failed')])
  expect((await watchLogs({}))('shop')).toBeUndefined()
})

it('adds it to the error of a connector that does not run, and else says how to get it', async () => {
  const error = new ConnectctlError('NOT_RUNNING', 'shop read nothing')
  const log = await logWith(complaint)
  expect(await withConnectLog(error, 'shop', { CONNECT_LOG: log })).toMatchObject({
    code: 'NOT_RUNNING',
    message: `shop read nothing. Connect's log says: ${complaint}`
  })
  expect(await withConnectLog(error, 'shop', {})).toMatchObject({
    message: expect.stringContaining('CONNECT_LOG=FILE')
  })
  const other = new Error('the line was cut')
  expect(await withConnectLog(other, 'shop', { CONNECT_LOG: log })).toBe(other)
})
