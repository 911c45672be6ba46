import type { Knex } from 'knex'

type About = readonly [kind: 'patient' | 'appointment', id: string]

/** Notes what happened, in the transaction that does it. A patient and an appointment may have the same id. */
export async function addChange(trx: Knex.Transaction, [about, id]: About, what: string): Promise<void> {
  await trx('change').insert({ about, about_id: id, what })
}

export function changesOf(db: Knex, [about, id]: About): Promise<readonly string[]> {
  return db('change').where({ about, about_id: id }).orderBy('number').pluck('what')
}

/** Parks an event that finds nothing to change, such as one whose first event was skipped. */
export function mustChange(rows: number): void {
  if (rows === 0) throw Object.assign(new Error('There is no row to change'), { retryable: false })
}
