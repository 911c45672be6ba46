import { kafkajsClient, rebuildCommand } from '@outbox-cdc/outbox'
import { createMysql, kafkaFrom, loadConfig, variable } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { menuView } from './menu/view.ts'
import { myPageView } from './my-page/view.ts'
import { configSchema, group } from './service.ts'

const name = 'order-rebuild'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

process.exitCode = await rebuildCommand({
  args: process.argv.slice(2),
  views: [myPageView, menuView],
  group,
  connect() {
    // MYSQL_URL with the account that owns the database, as for a migration.
    const schema = z.object({ ...variable.kafka, MYSQL_URL: configSchema.shape.MYSQL_URL })
    const config = loadConfig(schema, process.env)
    return {
      db: createMysql({ url: config.MYSQL_URL, name, silenceMs: 600_000 }),
      kafka: kafkajsClient({ ...kafkaFrom(config), clientId: name, logger: silent })
    }
  }
})
