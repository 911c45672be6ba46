#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { run } from './commands/program.ts'

const stopped = new Promise<void>(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

const code = await run(process.argv.slice(2), {
  environment: process.env,
  write: text => console.log(text),
  note: text => console.error(text),
  confirm,
  colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  untilStopped: () => stopped
})
process.exit(code)
