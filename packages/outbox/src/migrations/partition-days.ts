const dayMs = 86_400_000

/** What comes after the last day that has a partition of its own, so that an insert never fails for want of one. */
export const laterPartition = 'PARTITION later VALUES LESS THAN MAXVALUE'

/** Partitions of `count` UTC days from `first` on, each named after its day: `d20261121`. */
export function partitionsOf(first: Date, count: number): readonly string[] {
  const start = Math.floor(first.getTime() / dayMs)
  return Array.from({ length: Math.max(count, 0) }, (_, index) => {
    const day = start + index
    return `PARTITION ${partitionName(new Date(day * dayMs))} VALUES LESS THAN (${((day + 1) * dayMs) / 1000})`
  })
}

export function partitionName(day: Date): string {
  return `d${day.toISOString().slice(0, 10).replaceAll('-', '')}`
}

/** UTC midnight, `days` from the day of `date`. */
export function dayAfter(date: Date, days: number): Date {
  return new Date((Math.floor(date.getTime() / dayMs) + days) * dayMs)
}
