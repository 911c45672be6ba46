#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { runOutboxctl } from './outboxctl/run.ts'

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

process.exitCode = await runOutboxctl(process.argv.slice(2), {
  environment: process.env,
  write: text => console.log(text),
  note: text => console.error(text),
  confirm
})
