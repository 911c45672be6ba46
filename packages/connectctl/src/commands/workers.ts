import { Option } from 'commander'
import type { Report, Session, Verb } from './context.ts'
import { table } from './render.ts'

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'OFF']

export const logLevel: Verb = {
  usage: 'level [logger] [level]',
  about: 'show the levels, or set one on every worker until it restarts',
  run: async (session, logger?: string, level?: string) =>
    logger !== undefined && level !== undefined
      ? setLevel(session, logger, level.toUpperCase())
      : showLevels(session, logger)
}

async function setLevel({ api, refuseUsage }: Session, logger: string, level: string): Promise<Report> {
  if (!levels.includes(level)) refuseUsage(`level is one of ${levels.join(', ')}`)
  await api.request('PUT', `/admin/loggers/${encodeURIComponent(logger)}?scope=cluster`, { body: { level } })
  return { value: { logger, level }, text: `✓ ${logger}: ${level}` }
}

async function showLevels(session: Session, logger: string | undefined): Promise<Report> {
  const all = await session.api.request<Record<string, { level: string }>>('GET', '/admin/loggers')
  const found = Object.entries(all).filter(([name]) => logger === undefined || name === logger)
  if (found.length === 0) session.note(`${logger} has no level of its own: it uses that of its parent logger`)
  const rows = found.map(([name, { level }]) => [name, level])
  return { value: Object.fromEntries(found), text: table(['LOGGER', 'LEVEL'], rows, session) }
}

type Plugin = { readonly class: string; readonly type: string; readonly version?: string }

export const plugins: Verb = {
  usage: 'plugins',
  about: 'list the connectors that the workers can run',
  options: [new Option('--all', 'also list transforms, predicates and converters').default(false)],
  async run(session, { all }: { all: boolean }) {
    const found = await session.api.request<Plugin[]>('GET', `/connector-plugins?connectorsOnly=${!all}`)
    const rows = found.map(plugin => [plugin.class, plugin.type, plugin.version ?? ''])
    return { value: found, text: table(['CLASS', 'TYPE', 'VERSION'], rows, session) }
  }
}
