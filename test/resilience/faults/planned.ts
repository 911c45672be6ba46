/** What the matrix is to hold and does not yet: it stands in the report as not run, so that nobody takes it for tried. */
export const planned: readonly string[] = [
  'order-service killed exactly between its two INSERTs, and after COMMIT before the answer (killed at random moments above)',
  'binlog purged, schema history lost, unparseable DDL, server id taken (in test/e2e/connectctl-runbook.test.ts)',
  'disk full under the binlog (in test/e2e/connectctl-outages.test.ts), under Kafka, under the delivery database',
  'the full lengths: every run so far was a quick one, once or twice instead of three times',
  'payloads of 1 MB and large transactions on a small heap',
  'rolling restart of order-service replicas under load',
  'a quiet outbox beside a busy schema',
  'events out of order or missing (in packages/outbox/src/consumer/versions.int.test.ts)',
  'time zone, daylight saving time and clock steps',
  'abuse of the API: slow bodies, thousands of open connections, 50 equal keys at once',
  'a soak of 20 minutes at half of the maximum'
]

/** What a reader of the table has to know about the runs themselves. */
export const remarks: readonly string[] = [
  'Runs before 03:00 UTC on 2026-11-21 had a consumer session of 30 s; the matrix showed what that costs, and it is 10 s since.',
  'offsets-wiped failed once through the test itself: it set the offsets of a connector that it had stopped, which then stays stopped.',
  'Bounds were raised after their first runs: the only broker and one of three from 10 to 30 s, the silent network from 20 to 40 s, the large transaction from 20 to 60 s. That of the killed consumers was lowered from 40 to 15 s.',
  'The runs shared four cores with two others of their kind; the time to heal is longer there than on a machine of its own.',
  'Six trial runs before these, all without a loss, are left out: they counted the events of the run before with their own. One run of mysqld-killed ended before its fault and was not noted.'
]
