import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { livingProcesses } from '@outbox-cdc/stack'
import { accountsOf, systemOrExit } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run reset -- [SYSTEM] [options]

Deletes what npm start keeps in .data/stack (of another system, .data/SYSTEM) or in the folder in DATA_DIR, after asking.

  --secure   what npm start -- --secure keeps, in .data/stack-secure
  --yes      don't ask
  --help     this text`

// What npm start creates in its folder. DATA_DIR may also hold other files, or be the wrong folder.
const made = [
  'mysql',
  'postgres',
  'kafka',
  'connect',
  'registry',
  'logs',
  'run',
  'secrets',
  'pipeline.env',
  'hops.json',
  'saga-map.json',
  'prometheus.json'
]

const { yes, settings } = await systemOrExit({ yes: { type: 'boolean', default: false } }, usage)
const { dir, system } = settings
const accounts = ['root', 'postgres', ...accountsOf(system).map(({ name }) => name)]
const signs = ['pipeline.env', ...accounts.map(name => `secrets/${name}`)]
const living = await livingProcesses(join(dir, 'run'))
if (living.length > 0) {
  const names = living.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  fail(`It is still running: ${names}. Stop it first: Ctrl-C where npm start runs.`)
}
if (!existsSync(dir)) {
  console.log('There is nothing to clear.')
  process.exit(0)
}
if (!signs.some(sign => existsSync(join(dir, sign))))
  fail(`${dir} has no data of npm start, so nothing was deleted. Check DATA_DIR.`)
if (yes || (await confirmed(dir))) {
  for (const name of made) await rm(join(dir, name), { recursive: true, force: true })
  const left = await readdir(dir)
  if (left.length === 0) await rmdir(dir)
  else console.log(`Kept, because npm start did not create it: ${left.join(', ')}`)
  console.log('Deleted. The next npm start begins with empty databases.')
} else {
  console.log('Nothing was deleted.')
  process.exitCode = 1
}

async function confirmed(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('This deletes data, and there is no terminal to ask on. To delete it: npm run reset -- --yes')
    return false
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question(
    `This deletes every row, event and password in ${folder}. Type yes to continue: `
  )
  asking.close()
  return answer.trim() === 'yes'
}

function fail(sentence: string): never {
  console.error(`✗ ${sentence}`)
  process.exit(1)
}
