import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { livingProcesses } from '@outbox-cdc/stack'
import { optionsOrExit } from '@outbox-cdc/pipeline'
import { readSettings } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run reset -- [options]

Deletes what npm start keeps in .data/stack, or in the folder named by DATA_DIR, after asking.

  --yes   do not ask`

// What npm start makes in its folder: DATA_DIR may be one that holds other people's files too, or the wrong one.
const made = ['mysql', 'kafka', 'connect', 'registry', 'logs', 'run', 'secrets', 'pipeline.env']
const signs = ['pipeline.env', 'secrets/root', 'secrets/orders_owner']

const flag = { type: 'boolean', default: false } as const
const { yes, help } = optionsOrExit({ yes: flag, help: flag }, usage)
if (help) {
  console.log(usage)
  process.exit(0)
}
const settings = readSettings([], process.env)
if (settings === 'help') process.exit(2)
const { dir } = settings
const living = await livingProcesses(join(dir, 'run'))
if (living.length > 0) {
  const names = living.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  fail(`It is still up: ${names}. Stop it first: Ctrl-C where npm start runs.`)
}
if (!existsSync(dir)) {
  console.log('There is nothing to clear. npm start begins afresh.')
  process.exit(0)
}
if (!signs.some(sign => existsSync(join(dir, sign))))
  fail(`${dir} holds no data of npm start; nothing was deleted. DATA_DIR names the folder.`)
if (yes || (await confirmed(dir))) {
  for (const name of made) await rm(join(dir, name), { recursive: true, force: true })
  const left = await readdir(dir)
  if (left.length === 0) await rmdir(dir)
  else console.log(`Left, because npm start did not make it: ${left.join(', ')}`)
  console.log('Cleared. npm start begins afresh.')
} else {
  console.log('Nothing was deleted.')
  process.exitCode = 1
}

async function confirmed(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('This deletes data and there is no terminal to ask on: say npm run reset -- --yes')
    return false
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question(`This deletes every order, event and password in ${folder}. Type yes to go on: `)
  asking.close()
  return answer.trim() === 'yes'
}

function fail(sentence: string): never {
  console.error(`✗ ${sentence}`)
  process.exit(1)
}
