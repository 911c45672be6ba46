import type { Crowded, Times } from './crowd.ts'
import type { Killed } from './kills.ts'
import type { Replayed } from './replays.ts'
import type { Played } from './schedules.ts'

export function reportSchedules({ schedules, ends, requests, sentAgain, disturbances }: Played): string {
  const { kill, rewind, forget } = disturbances
  return [
    `${schedules} random schedules: ${listed(ends)}.`,
    `  ${requests} requests of people, ${sentAgain} events sent again, ${kill} kills of a service,`,
    `  ${rewind} times all topics read again, ${forget} times with an empty inbox.`,
    '  In calm every equation holds, MyPage agrees with the services, and no saga is stuck.'
  ].join('\n')
}

export function reportReplays({ records, rows }: Replayed): string {
  return [
    `${records} records sent again, and then every topic read again from the beginning by every group:`,
    `  none of ${rows} rows has changed, and no event was published.`
  ].join('\n')
}

export function reportKills({ kills, ...killed }: Killed): string {
  const { accepted, refused, unanswered, orders, unpaid, paidWithoutAnswer } = killed
  return [
    `${kills.order} kills of order and ${kills.payment} of payment under orders: ${orders} orders are stored.`,
    `  ${accepted} were accepted, ${refused} requests were refused, ${unanswered} found order down or were cut off.`,
    `  For ${unpaid} of the orders nothing was paid: order died before the call, or it failed. They were paid later.`,
    `  ${paidWithoutAnswer} were paid although their customer was told otherwise, or nothing: the event paid said so.`,
    '  Every paid order has one payment, every payment an order, every accepted order is there.'
  ].join('\n')
}

export function reportCrowd({ paid, pending, refused, opened, closed, openMs, others }: Crowded): string {
  const all = paid.n + pending.n + refused.n + Object.values(others).reduce((sum, n) => sum + n, 0)
  const share = (n: number) => `${((100 * n) / Math.max(1, all)).toFixed(1)} %`
  const row = (name: string, { n, p50, p99, max }: Times) =>
    `  ${name.padEnd(26)} ${String(n).padStart(6)} ${share(n).padStart(7)} ${p50.toString().padStart(7)} ${p99.toString().padStart(7)} ${max.toString().padStart(7)}`
  return [
    `${all} orders asked for. The breaker opened ${opened} times and closed ${closed} times${range(openMs)}.`,
    '  answer                     orders   share  p50 ms  p99 ms  max ms',
    row('201, paid', paid),
    row('201, payment is pending', pending),
    row('503, refused by the breaker', refused),
    `  Longer than 50 ms: ${refused.n - refused.within50} of the ${refused.n} refusals.`,
    ...(Object.keys(others).length === 0 ? [] : [`  Others: ${listed(others)}.`]),
    '  Every paid order has one payment, every payment an order.'
  ].join('\n')
}

const listed = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')

function range(times: readonly number[]): string {
  if (times.length === 0) return ''
  return `, after ${(Math.min(...times) / 1_000).toFixed(1)} to ${(Math.max(...times) / 1_000).toFixed(1)} s`
}
