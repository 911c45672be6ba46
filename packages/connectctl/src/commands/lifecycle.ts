import type { Command } from 'commander'
import { pathOf, waitUntilRunning } from '../connect/connector-states.ts'
import { stopConnector, waitUntilPaused, waitUntilStopped } from '../connector/begin-at-position.ts'
import { requireFolder, saveOffsets } from '../connector/saved-offsets.ts'
import { type Context, openSession, type Session } from './context.ts'
import { forEach, requireConsent } from './render.ts'

export function addRestart(program: Command, context: Context): void {
  program
    .command('restart <connectors...>')
    .description('restart connectors with their tasks')
    .option('--only-failed', 'restart only failed connectors and tasks', false)
    .action(async (names: string[], { onlyFailed }: { onlyFailed: boolean }, command: Command) => {
      const session = openSession(command, context)
      await forEach(names, session, async name => {
        const query = `includeTasks=true&onlyFailed=${onlyFailed}`
        await session.api.request('POST', pathOf(name, `/restart?${query}`))
        await waitUntilRunning(session.api, name, { timeoutMs: session.retryForMs })
        const did = onlyFailed ? 'what had failed is restarted' : 'restarted'
        return [{ name, did: 'restart', running: true }, `✓ ${name}: ${did}, every task runs`]
      })
    })
}

const verbs = {
  pause: ['keep the task but read nothing; the keeper leaves it alone', 'paused'],
  resume: ['go on after pause or stop', 'every task runs'],
  stop: ['end the task; offsets can then be changed', 'stopped']
} as const

export function addPauseResumeStop(program: Command, context: Context): void {
  for (const [verb, [description, done]] of Object.entries(verbs)) {
    program
      .command(`${verb} <connectors...>`)
      .description(description)
      .action(async (names: string[], _options, command: Command) => {
        const session = openSession(command, context)
        await forEach(names, session, async name => {
          await session.api.request('PUT', pathOf(name, `/${verb}`))
          if (verb === 'resume') await waitUntilRunning(session.api, name, { timeoutMs: session.retryForMs })
          if (verb === 'stop') await waitUntilStopped(session.api, name)
          if (verb === 'pause') await waitUntilPaused(session.api, name)
          return [{ name, did: verb }, `✓ ${name}: ${done}`]
        })
      })
  }
}

export function addDelete(program: Command, context: Context): void {
  program
    .command('delete <connectors...>')
    .description('delete connectors; Connect keeps their offsets, and a later apply (or the keeper) continues there')
    .option('-y, --yes', 'do not ask', false)
    .action(async (names: string[], { yes }: { yes: boolean }, command: Command) => {
      const session = openSession(command, context)
      await forEach(names, session, name => deleteConnector(name, yes, session))
    })
}

async function deleteConnector(name: string, yes: boolean, session: Session) {
  const { api, context } = session
  await requireConsent(`Delete the connector ${name}?`, yes, context)
  await requireFolder(session.dir)
  await stopConnector(api, name)
  const saved = await saveOffsets(api, name, session.dir)
  await api.request('DELETE', pathOf(name))
  const text = `✓ ${name}: deleted; its offsets are kept by Connect and in ${saved}`
  return [{ name, did: 'delete', savedOffsets: saved }, text] as const
}
