import { codeOf } from '@outbox-cdc/outbox/database-errors'
import { type Explain, Problem } from './problem.ts'

/** Answers 409, with the name of the field, where a unique key of MySQL refuses a value that another row has. */
export function explainTaken(field: string): Explain {
  return error => {
    if (codeOf(error) !== 'ER_DUP_ENTRY') return undefined
    const message = 'is taken already'
    return new Problem(409, {
      type: 'taken',
      title: 'Not possible',
      detail: `${field} ${message}`,
      errors: [{ field, message }]
    })
  }
}
