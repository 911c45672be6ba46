/** What the matrix does not hold, and where it is held instead: it stands in the report, so that nobody takes it for tried. */
export const elsewhere: readonly string[] = [
  'Clock steps of MySQL, Kafka and Connect themselves. In the matrix the clocks of both services step, and MySQL commits at other times; to step the clock of an engine alone takes libfaketime beneath it, which the project does not bring.',
  'Events that come out of order, or whose predecessor is missing: a connector cannot be made to send them. `packages/outbox/src/consumer/settle/versions.int.test.ts` plants them on a real broker.',
  'Grants missing, password changed, history unreadable: each with its page of the runbook in `test/e2e/connectctl-runbook.test.ts`.',
  'Loss of power. Processes are killed, and what the kernel has taken from them stays; MySQL is told to reach the disk with every commit, Kafka relies on its replicas.'
]

type Found = { readonly what: string; readonly wayAround: string }

/** What others' software did under these faults, and what this project does about it. */
export const found: readonly Found[] = [
  {
    what: 'Debezium 3.6: a task that loses MySQL while it starts is FAILED for good, whatever `errors.max.retries` says.',
    wayAround: 'The keeper restarts it once MySQL answers.'
  },
  {
    what: 'Debezium 3.6: after MySQL was away, connector and task say RUNNING for up to `connect.keep.alive.interval.ms` (60 s by default) while nothing flows.',
    wayAround:
      'The interval is a second, and the keeper believes a row that goes round, not a status ([ADR 0011](adr/0011-a-probe-decides-what-is-healthy.md)).'
  },
  {
    what: 'Debezium 3.6: a task that starts while the network swallows packets waits for its JDBC answer for ever.',
    wayAround: '`driver.socketTimeout`, and the keeper restarts a start that hangs.'
  },
  {
    what: 'Debezium 3.6: a new connector begins at the present, so that orders older than it are lost; so does one whose offsets were.',
    wayAround:
      'It refuses to start without offsets ([ADR 0010](adr/0010-a-connector-refuses-to-start-without-offsets.md)); `connectctl apply` sets those that the outbox’s migration recorded.'
  },
  {
    what: 'Debezium 3.6: its default parser stops at DDL that MySQL takes, such as `JSON_VALUE(… RETURNING …)`.',
    wayAround: 'The keeper names it; the [runbook](runbook.md#ddl-unparseable) changes the parser.'
  },
  {
    what: 'Debezium 3.6: a value that cannot be converted becomes NULL with a warning.',
    wayAround: '`event.converting.failure.handling.mode` is `fail`.'
  },
  {
    what: 'Kafka Connect 4.3: a worker that was killed stays a member until its session is over, and its tasks then wait five minutes for its return.',
    wayAround: '`session.timeout.ms` 6000, the least that a broker allows, and `scheduled.rebalance.max.delay.ms` 0.'
  },
  {
    what: 'Kafka Connect 4.3: a restart waits for the task that it replaces, even where that hangs in a silent socket.',
    wayAround: 'None from outside: the bound of that fault is longer.'
  },
  {
    what: 'Kafka Connect 4.3: `HeaderFrom` throws on records without the field, such as heartbeats, and the task fails.',
    wayAround: 'A predicate keeps it to the outbox’s topic.'
  },
  {
    what: 'MySQL 9.7: a commit that finds the disk full hangs, and looks for space only once a minute.',
    wayAround:
      'The services give up after 2.5 s with a 503 ([ADR 0009](adr/0009-a-silent-mysql-is-cut-off-at-the-socket.md)); the keeper names the folder.'
  },
  {
    what: 'MySQL 9.7: its memory grows with every commit: it remembers ten million written rows for replicas that apply in parallel (25,000 up to 9.4).',
    wayAround:
      '`binlog_transaction_dependency_history_size` is 25,000 here. The Performance Schema does not count that memory; the stack of the growing allocation named it. The soak before that shows the growth.'
  },
  {
    what: 'kafkajs 2.2: after some errors its consumer restarts itself, after others it stays dead while the process lives.',
    wayAround:
      'Whatever ends a consumer, the library makes a new one ([ADR 0014](adr/0014-two-kafka-clients-behind-one-port.md)).'
  }
]
