import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kafkaSecurity } from '@outbox-cdc/outbox/security'
import { ensureWorkerAccount, externalStack, setPasswords } from '@outbox-cdc/stack'
import { ensurePrincipals, loadSystem, prepare, progressLines } from '@outbox-cdc/pipeline'

// The job `migrate` of docker-compose.yml, and `prepare` in a cluster: accounts, topics and tables in servers that already run.
// `--topics-exist` leaves the topics to what made them. Ends with 0 or 1.
const { MYSQL_HOST = '127.0.0.1', MYSQL_PORT = '3306', KAFKA_BROKERS = '127.0.0.1:9092', SECRETS_DIR } = process.env
const { POSTGRES_HOST = '', POSTGRES_PORT = '5432', SCHEMA_REGISTRY_URL: registry = '' } = process.env
const { MYSQL_TLS, POSTGRES_TLS, NODE_EXTRA_CA_CERTS, KAFKA_ADMIN_BROKERS = '' } = process.env
if (SECRETS_DIR === undefined) throw new Error('SECRETS_DIR is not set: the folder with one password file per account')
const password = (account: string) => readFile(join(SECRETS_DIR, account), 'utf8')

const kafka = { brokers: KAFKA_BROKERS.split(','), security: kafkaSecurity(process.env) }
const stack = externalStack({
  mysql: {
    host: MYSQL_HOST,
    port: Number(MYSQL_PORT),
    rootPassword: await password('root'),
    tls: MYSQL_TLS
  },
  ...(POSTGRES_HOST === ''
    ? {}
    : {
        postgres: {
          host: POSTGRES_HOST,
          port: Number(POSTGRES_PORT),
          password: await password('postgres'),
          tls: POSTGRES_TLS
        }
      }),
  kafka,
  connect: { urls: [] }
})
const addresses = {
  ...(registry === '' ? {} : { SCHEMA_REGISTRY_URL: registry }),
  ...(NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS })
}
const system = await loadSystem(process.env['SYSTEM'])
const progress = progressLines(process.stdout)
// Brokers whose image makes no account: where they demand a certificate instead, the administrator gets a password.
if (KAFKA_ADMIN_BROKERS !== '')
  await progress('principals on Kafka', async () => {
    const pem = (name: string) => readFile(join(SECRETS_DIR, 'tls', name), 'utf8')
    const [ca, own] = await Promise.all([pem('ca.pem'), pem('kafka.pem')])
    const admin = { name: 'admin', password: await password('kafka-admin') }
    await setPasswords({ brokers: KAFKA_ADMIN_BROKERS.split(','), security: { tls: { ca, cert: own, key: own } } }, [
      admin
    ])
    await ensureWorkerAccount(kafka, await password('connect/kafka-connect'))
    await ensurePrincipals(system, kafka, SECRETS_DIR)
  })
const topicsExist = process.argv.includes('--topics-exist')
await prepare({ system, stack, secretsDir: SECRETS_DIR, addresses }, progress, topicsExist)
