import type { Command } from 'commander'
import { type Context, openSession } from './context.ts'
import { table, tell } from './render.ts'

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'OFF']

export function addLogs(program: Command, context: Context): void {
  program
    .command('logs')
    .description("the workers' loggers")
    .command('level [logger] [level]')
    .description('show the levels, or set one on every worker until it restarts')
    .action(async function (this: Command, logger: string | undefined, level: string | undefined) {
      const session = openSession(this, context)
      if (level !== undefined && !levels.includes(level.toUpperCase()))
        this.error(`error: level is one of ${levels.join(', ')}`, { exitCode: 2 })
      if (logger !== undefined && level !== undefined) {
        const path = `/admin/loggers/${encodeURIComponent(logger)}?scope=cluster`
        await session.api.request('PUT', path, { body: { level: level.toUpperCase() } })
        tell(session, { logger, level: level.toUpperCase() }, `✓ ${logger}: ${level.toUpperCase()}`)
        return
      }
      const all = await session.api.request<Record<string, { level: string }>>('GET', '/admin/loggers')
      const found = Object.entries(all).filter(([name]) => logger === undefined || name === logger)
      if (found.length === 0) context.note(`${logger} has no level of its own: it uses that of its parent logger`)
      const rows = found.map(([name, each]) => [name, each.level])
      tell(session, Object.fromEntries(found), table(['LOGGER', 'LEVEL'], rows, context))
    })
}

type Plugin = { readonly class: string; readonly type: string; readonly version: string }

export function addPlugins(program: Command, context: Context): void {
  program
    .command('plugins')
    .description('list the connectors that the workers can run')
    .option('--all', 'also list transforms, predicates and converters', false)
    .action(async ({ all }: { all: boolean }, command: Command) => {
      const session = openSession(command, context)
      const plugins = await session.api.request<Plugin[]>('GET', `/connector-plugins?connectorsOnly=${!all}`)
      const rows = plugins.map(plugin => [plugin.class, plugin.type, plugin.version ?? ''])
      tell(session, plugins, table(['CLASS', 'TYPE', 'VERSION'], rows, context))
    })
}
