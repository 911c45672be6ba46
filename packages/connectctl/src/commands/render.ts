import { ConnectctlError } from '../connect/errors.ts'
import { connectorNames, type Context, type Session } from './context.ts'

const colours = { red: 31, yellow: 33, green: 32, grey: 90 } as const
export type Colour = keyof typeof colours
export type Cell = string | { readonly text: string; readonly colour: Colour }

export function paint(text: string, colour: Colour, context: Context): string {
  return context.colour ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text
}

/** Columns as wide as their widest cell; colours only on a terminal. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], context: Context): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => textOf(row[column] ?? '').length))
  )
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, column) => {
        const padded = column === cells.length - 1 ? textOf(cell) : textOf(cell).padEnd(widths[column] ?? 0)
        return typeof cell === 'string' ? padded : paint(padded, cell.colour, context)
      })
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

/** Prints what a verb did, as a line for people or as JSON for programs. */
export function tell(session: Session, value: unknown, text: string): void {
  session.context.write(session.json ? asJson(value) : text)
}

/** Does the same for the connectors named on the command line: a line as soon as each is done, or one JSON array. */
export async function forEach(
  names: readonly string[],
  session: Session,
  work: (name: string) => Promise<readonly [value: unknown, text: string]>
): Promise<void> {
  const done: unknown[] = []
  for (const name of await connectorNames(names, session)) {
    const [value, text] = await work(name)
    done.push(value)
    if (!session.json) session.context.write(text)
  }
  if (session.json) session.context.write(asJson(done))
}

export function asJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** Continues only with --yes or after a person's yes. */
export async function requireConsent(question: string, yes: boolean, context: Context): Promise<void> {
  if (yes || (await context.confirm(question))) return
  throw new ConnectctlError('NOT_CONFIRMED', 'Nothing was changed. Answer y, or pass --yes')
}
