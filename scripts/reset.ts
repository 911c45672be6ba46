import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { livingProcesses } from '../packages/stack/src/index.ts'
import { readSettings } from './pipeline/settings.ts'

// npm run reset: deletes this clone's data after asking; --yes does not ask.
const settings = readSettings([], process.env)
if (settings === 'help') process.exit(2)
const living = await livingProcesses(join(settings.dir, 'run'))
if (living.length > 0) {
  const names = living.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
  console.error(`✗ It is still up: ${names}. Stop it first: Ctrl-C where npm start runs.`)
  process.exit(1)
}
if (process.argv.includes('--yes') || (await confirmed(settings.dir))) {
  await rm(settings.dir, { recursive: true, force: true })
  console.log('Cleared. npm start begins afresh.')
} else {
  console.log('Nothing was deleted.')
  process.exitCode = 1
}

async function confirmed(dir: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('This deletes data and there is no terminal to ask on: say npm run reset -- --yes')
    return false
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question(`This deletes every order, event and password in ${dir}. Type yes to go on: `)
  asking.close()
  return answer.trim() === 'yes'
}
