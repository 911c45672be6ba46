#!/usr/bin/env node
import { userInfo } from 'node:os'
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

/** Who one is without USER, as in many containers; nothing where the system does not know either. */
function nameless(): { readonly USER?: string } {
  try {
    return { USER: userInfo().username }
  } catch {
    return {}
  }
}

process.exitCode = await runOutboxctl(process.argv.slice(2), {
  environment: { ...nameless(), ...process.env },
  write: text => console.log(text),
  note: text => console.error(text),
  confirm
})
