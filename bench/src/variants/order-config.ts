import { z } from 'zod'
import { configSchema } from '@outbox-cdc/order-service/config'

export const variantSchema = configSchema.extend({
  BENCH_WRITE_PATH: z.enum(['no-event', 'bare-insert', 'one-trip', 'dual-write', 'polling']),
  BENCH_TOPIC: z.string().default(''),
  KAFKA_BROKERS: z.string().default('')
})

export type VariantConfig = Readonly<z.output<typeof variantSchema>>
