import type { DrainRow } from '../sections/drain.ts'
import type { Result } from '../sections/section.ts'
import type { WritePathRow } from '../sections/write-path.ts'
import { drainRate } from './drain-chapter.ts'
import { type Goal, goalOf } from './goal.ts'
import { figure } from './text.ts'
import { orderRate } from './write-path-chapter.ts'

export function writePathGoals(result: Result<WritePathRow> | undefined): readonly Goal[] {
  const words = { goal: '`POST /order` as the service runs, against the same service without an event' }
  return [
    goalOf({ ...words, wanted: '≥ 95 %' }, result, ({ rows }) =>
      share({ ours: orderRate(rows, 'delete'), all: orderRate(rows, 'no-event') }, 95, 'orders/s')
    )
  ]
}

export function drainGoals(result: Result<DrainRow> | undefined): readonly Goal[] {
  const words = { goal: 'A backlog into the delivery database, against Debezium → Kafka alone', wanted: '≥ 70 %' }
  return [
    goalOf(
      { goal: 'Debezium → Kafka with a backlog, against the settings before', wanted: '≥ 1.5 ×' },
      result,
      ({ rows }) => {
        const rate = drainRate(rows, 'kafka')
        if (Number.isNaN(rate)) return undefined
        return {
          measured: `1 × (${figure(rate)} events/s): the settings are the same, because no change was found that helps; the tables name those that were tried`,
          reached: false
        }
      }
    ),
    goalOf(words, result, ({ rows }) =>
      share({ ours: drainRate(rows, 'pipeline'), all: drainRate(rows, 'kafka') }, 70, 'events/s')
    )
  ]
}

function share({ ours, all }: { readonly ours: number; readonly all: number }, least: number, unit: string) {
  const percent = (100 * ours) / all
  if (!Number.isFinite(percent)) return undefined
  return { measured: `${figure(percent)} % (${figure(ours)} of ${figure(all)} ${unit})`, reached: percent >= least }
}
