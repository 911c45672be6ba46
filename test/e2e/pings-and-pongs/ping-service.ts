import { createServer } from 'node:http'
import { appendToOutbox } from '@outbox-cdc/outbox'
import knex from 'knex'
import { pinged } from './pinged.ts'

const { MYSQL_URL = '', HTTP_PORT } = process.env
const db = knex({ client: 'mysql2', connection: MYSQL_URL })

function ping(text: string): Promise<number> {
  return db.transaction(async trx => {
    const [id = 0] = await trx('ping').insert({ text })
    await appendToOutbox(trx, pinged({ aggregateId: id, aggregateVersion: 1, payload: { text } }))
    return id
  })
}

createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ready')
  ping('hello').then(
    id => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id })),
    error => response.writeHead(500).end(String(error))
  )
}).listen(Number(HTTP_PORT), '127.0.0.1')
