/** What the matrix is to hold and does not yet: it stands in the report as not run, so that nobody takes it for tried. */
export const planned: readonly string[] = [
  'clock steps of MySQL, Kafka and Connect themselves, which need libfaketime beneath each of them; in the matrix the clocks of both services step, and MySQL commits at other times',
  'events out of order or missing (in packages/outbox/src/consumer/versions.int.test.ts)',
  'offsets lost, grants missing, history unreadable (in test/e2e/connectctl-runbook.test.ts)',
  'JSON Web Tokens: the services have none'
]

/** What a reader of the table has to know about the runs themselves. */
export const remarks: readonly string[] = [
  'Runs before 03:00 UTC on 2026-11-21 had a consumer session of 30 s; the matrix showed what that costs, and it is 10 s since.',
  'offsets-wiped failed once through the test itself: it set the offsets of a connector that it had stopped, which then stays stopped.',
  'Bounds were raised after their first runs: the only broker and one of three from 10 to 30 s, the silent network from 20 to 40 s, the large transaction from 20 to 60 s. That of the killed consumers was lowered from 40 to 15 s.',
  'The runs shared four cores with two others of their kind; the time to heal is longer there than on a machine of its own.',
  'Six trial runs before these, all without a loss, are left out: they counted the events of the run before with their own. One run of mysqld-killed ended before its fault and was not noted.'
]
