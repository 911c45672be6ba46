import { type LoadPlan, sendOrders } from './send-orders.ts'

const samples = await sendOrders(JSON.parse(process.argv[2] ?? '{}') as LoadPlan)
process.stdout.write(JSON.stringify(samples), () => process.exit(0))
