import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { externalStack } from '@outbox-cdc/stack'
import { loadSystem, prepare, progressLines } from '@outbox-cdc/pipeline'

// The job `migrate` of docker-compose.yml: accounts, topics and tables in servers that already run. Ends with 0 or 1.
const { MYSQL_HOST = '127.0.0.1', MYSQL_PORT = '3306', KAFKA_BROKERS = '127.0.0.1:9092', SECRETS_DIR } = process.env
const { POSTGRES_HOST = '', POSTGRES_PORT = '5432', SCHEMA_REGISTRY_URL: registry = '' } = process.env
if (SECRETS_DIR === undefined) throw new Error('SECRETS_DIR is not set: the folder with one password file per account')
const password = (account: string) => readFile(join(SECRETS_DIR, account), 'utf8')

const stack = externalStack({
  mysql: {
    host: MYSQL_HOST,
    port: Number(MYSQL_PORT),
    rootPassword: await password('root')
  },
  ...(POSTGRES_HOST === ''
    ? {}
    : { postgres: { host: POSTGRES_HOST, port: Number(POSTGRES_PORT), password: await password('postgres') } }),
  kafka: { brokers: KAFKA_BROKERS.split(',') },
  connect: { urls: [] }
})
const addresses = registry === '' ? {} : { SCHEMA_REGISTRY_URL: registry }
await prepare(
  { system: await loadSystem(process.env['SYSTEM']), stack, secretsDir: SECRETS_DIR, addresses },
  progressLines(process.stdout)
)
