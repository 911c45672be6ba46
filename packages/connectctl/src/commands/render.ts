import type { Context } from './context.ts'

const colours = { red: 31, yellow: 33, green: 32 } as const
type Colour = keyof typeof colours
export type Cell = string | { readonly text: string; readonly colour: Colour }

export function paint(text: string, colour: Colour, context: Context): string {
  return context.colour ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text
}

/** Columns as wide as their widest cell; colours only on a terminal. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], context: Context): string {
  const lines = [head, ...rows]
  const widths = head.map((_title, column) => Math.max(...lines.map(cells => textOf(cells[column] ?? '').length)))
  const format = (cell: Cell, column: number) => {
    const padded = column === head.length - 1 ? textOf(cell) : textOf(cell).padEnd(widths[column] ?? 0)
    return typeof cell === 'string' ? padded : paint(padded, cell.colour, context)
  }
  return lines.map(cells => cells.map(format).join('  ').trimEnd()).join('\n')
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
