import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { createOutbox } from '@outbox-cdc/outbox'
import { messageStore } from '@outbox-cdc/outbox/message'
import { ids, isPostgres, openDatabase, orderEvents } from './orders.ts'

type Order = { readonly name: string; readonly quantity: number }

const { HTTP_PORT, STORE } = process.env
const db = openDatabase()
const outbox = createOutbox(STORE === 'message' ? { store: messageStore } : {})
const { created, changed } = orderEvents(ids)

function place(order: Order): Promise<{ id: number | string }> {
  return db.transaction(async trx => {
    const row = ids === 'string' ? { id: randomUUID(), ...order } : order
    const insert = trx('customer_order').insert(row)
    const [inserted] = await (isPostgres ? insert.returning('id') : insert)
    const id = 'id' in row ? row.id : Number(isPostgres ? inserted.id : inserted)
    await outbox.append(trx, created({ aggregateId: id as never, aggregateVersion: 1, payload: order }))
    return { id }
  })
}

/** The row stays locked until the commit, so versions are committed in their order. */
function change(id: string, { quantity }: Order): Promise<object> {
  return db.transaction(async trx => {
    await trx('customer_order')
      .where({ id })
      .update({ quantity, version: trx.raw('version + 1') })
    const row = await trx('customer_order').where({ id }).first('version')
    const aggregateId = ids === 'string' ? id : Number(id)
    await outbox.append(
      trx,
      changed({ aggregateId: aggregateId as never, aggregateVersion: row.version, payload: { quantity } })
    )
    return { version: row.version }
  })
}

async function answer(request: IncomingMessage): Promise<object> {
  const [, , id] = (request.url ?? '').split('/')
  const order = (await json(request)) as Order
  return id === undefined ? place(order) : change(id, order)
}

createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ready')
  answer(request).then(
    body => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    error => response.writeHead(500).end(String(error))
  )
}).listen(Number(HTTP_PORT), '127.0.0.1')
