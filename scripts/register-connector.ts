import {
  applyConnector,
  ConnectctlError,
  createConnectApi,
  readConnectorFile,
  recordedPosition
} from '@outbox-cdc/connectctl'

// Brings every connector of connect-config to Kafka Connect; repeated, it changes nothing.
const note = (line: string) => console.error(`· ${line}`)
const api = createConnectApi({ url: process.env['CONNECT_URL'] ?? 'http://127.0.0.1:8083', note })
try {
  const file = await readConnectorFile('connect-config/orders-connector.json', process.env)
  const { outcome } = await applyConnector(api, file, {
    startAt: () => recordedPosition(file.config, process.env),
    note
  })
  console.log(`${file.name}: ${outcome}, every task runs`)
} catch (error) {
  if (!(error instanceof ConnectctlError)) throw error
  console.error(`✗ ${error.message}`)
  process.exitCode = 1
}
