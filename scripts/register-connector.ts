import { join } from 'node:path'
import { run } from '@outbox-cdc/connectctl'
import { trustExtraAuthorities } from '@outbox-cdc/outbox/security'
import { readAddresses, root } from '@outbox-cdc/pipeline'

// npm run connectors: brings every connector of connect-config to Kafka Connect; repeated, it changes nothing.
const addresses = await readAddresses(process.env.DATA_DIR ?? join(root, '.data/stack'))
const environment = { CONNECT_DIR: join(root, 'connect-config'), ...addresses, ...process.env }
trustExtraAuthorities(addresses)
process.exitCode = await run(['apply', ...process.argv.slice(2)], {
  environment,
  write: text => console.log(text),
  note: text => console.error(text),
  confirm: () => Promise.resolve(false),
  colour: process.stdout.isTTY,
  untilStopped: () => Promise.resolve()
})
