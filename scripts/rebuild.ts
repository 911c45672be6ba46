import { exitWithUsage, runAsOwner, systemOrExit } from '@outbox-cdc/pipeline'

const usage = `Usage: npm run rebuild -- SYSTEM SERVICE VIEW [options]

Compares a view, a table that events alone write, with what its topics tell, and prints what differs, while everything runs.
For example: npm run rebuild -- flower-delivery order my_page

  --swap          then puts the rebuilt table in the place of the view, in one statement; the one before stays as VIEW_old
  --drop-missing  swaps also if the rebuilt table lacks rows, such as those whose events are gone by retention
  --secure        of what npm start -- --secure started
  --help          this text

Exit code 0 if nothing differs or it was swapped, 1 if rows differ or it failed, 2 for wrong arguments.
Ctrl-C ends it with 130, and the same command continues.`

const flag = { type: 'boolean', default: false } as const
const options = await systemOrExit({ swap: flag, 'drop-missing': flag }, usage)
const { settings, positionals } = options
const [, name, ...rest] = positionals
const { services, name: system } = settings.system
const rebuildable = services.filter(({ rebuild }) => rebuild !== undefined)
const service = rebuildable.find(each => each.name === name)
if (service?.rebuild === undefined)
  exitWithUsage(`${name ?? 'No service'} has no views in ${system}. ${explain(rebuildable)}`, usage)
const flags = (['swap', 'drop-missing'] as const).filter(each => options[each] === true).map(each => `--${each}`)
const code = await runAsOwner(settings, { service, file: service.rebuild, args: [...rest, ...flags] })
if (code === undefined) {
  console.error(`✗ ${system} was never started here. Start it: npm start -- ${system}`)
  process.exit(1)
}
process.exit(code)

function explain(found: readonly { readonly name: string }[]): string {
  return found.length === 0 ? 'No service has any.' : `It takes ${found.map(each => each.name).join(' or ')}.`
}
