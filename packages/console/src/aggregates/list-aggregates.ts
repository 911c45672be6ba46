import type { AggregatePage } from '../api/pipeline-schemas.ts'
import type { Row, Times } from '../database/tables.ts'

/** Rows as a list shows them; `appliedAt` is when each took effect, undefined while that can't be read. */
export function listAggregates(rows: readonly Row[], appliedAt: Times | undefined): AggregatePage['items'] {
  return rows.map(({ id, at: createdAt, columns }) => {
    const at = appliedAt?.get(id)
    const delivered = appliedAt?.has(id) ?? null
    const deliveredMs = at === undefined || createdAt === undefined ? null : Math.max(0, at - createdAt)
    return { id, createdAt: createdAt ?? null, label: labelOf(columns), delivered, deliveredMs }
  })
}

/** `joon ×95` for a name and a quantity; for other tables the first two columns that fit in a line. */
export function labelOf(columns: Row['columns']): string {
  const { name, quantity } = columns
  if (typeof name === 'string' && typeof quantity === 'number') return `${cut(name)} ×${quantity}`
  const shown = Object.values(columns).filter(value => typeof value === 'string' || typeof value === 'number')
  return shown.slice(0, 2).map(String).map(cut).join(' ') || `${Object.keys(columns).length} columns`
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
