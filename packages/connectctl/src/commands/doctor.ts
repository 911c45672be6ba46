import type { Command } from 'commander'
import { examine, type Symptom } from '../connector/doctor.ts'
import { connectorFiles, type Context, openSession } from './context.ts'
import { paint, tell } from './render.ts'

export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor [connectors...]')
    .description('check what connectors need: workers, plugin, binlog, grants, offsets, schema history')
    .action(async (names: string[], _options, command: Command) => {
      const session = openSession(command, context)
      const reports = []
      for (const file of await connectorFiles(names, session))
        reports.push({ name: file.name, symptoms: await examine(session.api, file, context.environment) })
      const lines = reports.flatMap(({ name, symptoms }) => [name, ...symptoms.map(each => line(each, context))])
      tell(session, reports, lines.join('\n'))
      if (reports.some(({ symptoms }) => symptoms.some(({ ok }) => !ok))) context.markBad()
    })
}

function line({ ok, what, advice }: Symptom, context: Context): string {
  return ok ? `  ✓ ${what}` : paint(`  ✗ ${what}${advice === undefined ? '' : `: ${advice}`}`, 'red', context)
}
