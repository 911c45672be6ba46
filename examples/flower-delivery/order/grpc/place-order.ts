import { parseArgs } from 'node:util'
import { type ServiceError, status } from '@grpc/grpc-js'
import { createOrderClient } from './client.ts'
import { explain } from './refusal.ts'

const usage = `Usage: node examples/flower-delivery/order/grpc/place-order.ts --item 1 --qty 3 --user Kim [--at localhost:9081]

Places an order by gRPC and prints it, or the status that refuses it.`

const options = {
  item: { type: 'string', default: '' },
  qty: { type: 'string', default: '1' },
  user: { type: 'string', default: '' },
  at: { type: 'string', default: 'localhost:9081' },
  help: { type: 'boolean', default: false }
} as const
const { values } = parseArgs({ options })
if (values.help) process.stdout.write(`${usage}\n`)
else await place()

async function place(): Promise<void> {
  const client = createOrderClient(values.at)
  const wish = { itemId: Number(values.item), qty: Number(values.qty), userName: values.user }
  try {
    const { order } = await client.place(wish)
    print(order)
  } catch (error) {
    const { code, details } = error as ServiceError
    print({ status: status[code], details, ...explain(error as ServiceError) })
    process.exitCode = 1
  } finally {
    client.close()
  }
}

function print(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`)
}
