import { exitWithUsage, requestRoll, systemOrExit } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run roll -- SYSTEM SERVICE [options]

Replaces the processes of a service one after the other, in the system that npm start runs: each leaves the rotation, ends
what it does and stops, and its successor is ready before the next one leaves. The service needs replicas:
npm start -- flower-delivery --replicas item=2

  --secure   what npm start -- --secure started
  --help     this text`

const { settings, positionals } = await systemOrExit({}, usage)
const [, service] = positionals
if (service === undefined || positionals.length > 2) exitWithUsage('Name a system and one of its services.', usage)
await requestRoll(settings.dir, service, line => console.log(line)).catch((error: Error) => {
  console.error(`✗ ${error.message}`)
  process.exitCode = 1
})
