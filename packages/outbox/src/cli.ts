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

/** The user's name where USER isn't set, as in many containers. */
function currentUser(): { readonly USER?: string } {
  try {
    return { USER: userInfo().username }
  } catch {
    return {}
  }
}

process.exitCode = await runOutboxctl(process.argv.slice(2), {
  environment: { ...currentUser(), ...process.env },
  write: text => console.log(text),
  note: text => console.error(text),
  confirm
})
