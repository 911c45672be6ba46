import type { Command } from 'commander'
import { examine, type Symptom } from '../connector/doctor.ts'
import { connectorFiles, type Context, openSession } from './context.ts'
import { asJson, paint } from './render.ts'

export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor [connectors...]')
    .description('check what connectors need: workers, plugin, binlog, grants, offsets, schema history')
    .action(async (names: string[], _options, command: Command) => {
      const session = openSession(command, context)
      const reports = []
      for (const file of await connectorFiles(names, session))
        reports.push({ name: file.name, symptoms: await examine(session.api, file, context.environment) })
      if (session.json) context.write(asJson(reports))
      else
        for (const { name, symptoms } of reports)
          context.write([name, ...symptoms.map(each => line(each, context))].join('\n'))
      if (reports.some(({ symptoms }) => symptoms.some(({ ok }) => !ok))) context.markBad()
    })
}

function line({ ok, what, advice }: Symptom, context: Context): string {
  return ok ? `  ✓ ${what}` : paint(`  ✗ ${what}${advice === undefined ? '' : `: ${advice}`}`, 'red', context)
}
