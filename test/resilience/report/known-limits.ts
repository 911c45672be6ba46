/** What the matrix leaves out, and where it is tested instead. The report lists it, so that a reader knows what was not tried. */
export const elsewhere: readonly string[] = [
  'Clock steps of MySQL, Kafka and Connect themselves. In the matrix the clocks of both services step, and MySQL commits with other times; stepping only the clock of an engine takes libfaketime, which this project does not bring.',
  'Events that arrive out of order, or without their predecessor: a connector cannot be made to send them. `packages/outbox/src/consumer/settle/versions.int.test.ts` plants them on a real broker.',
  'Missing grants, a changed password, an unreadable history: `test/e2e/connectctl-runbook.test.ts` tests each with its page of the runbook.',
  'PostgreSQL with more than one broker or worker, and other faults of the store `message` than a killed worker.',
  'Loss of power. Processes are killed, and what the kernel has accepted from them stays. MySQL is configured to reach the disk with every commit; Kafka relies on its replicas.'
]

type Found = { readonly what: string; readonly wayAround: string }

/** What other software did under these faults, and what this project does about it. */
export const found: readonly Found[] = [
  {
    what: 'Debezium 3.6: a task that loses MySQL while it starts stays FAILED, whatever `errors.max.retries` says.',
    wayAround: 'The keeper restarts it once MySQL answers.'
  },
  {
    what: 'Debezium 3.6: after MySQL was away, connector and task say RUNNING for up to `connect.keep.alive.interval.ms` (60 s by default) while nothing flows.',
    wayAround:
      'The interval is one second, and the keeper trusts a row that goes round, not a status ([ADR 0011](adr/0011-a-probe-decides-what-is-healthy.md)).'
  },
  {
    what: 'Debezium 3.6: a task that starts while the network drops packets waits for its JDBC answer without a limit.',
    wayAround: '`driver.socketTimeout` sets a limit, and the keeper restarts a start that hangs.'
  },
  {
    what: 'Debezium 3.6: a new connector, or one that lost its offsets, starts at the present and loses older orders.',
    wayAround:
      'It refuses to start without offsets ([ADR 0010](adr/0010-a-connector-refuses-to-start-without-offsets.md)); `connectctl apply` sets the offsets that the outbox’s migration recorded.'
  },
  {
    what: 'Debezium 3.6: its default parser stops at DDL that MySQL accepts, such as `JSON_VALUE(… RETURNING …)`.',
    wayAround: 'The keeper names it; the [runbook](runbook.md#ddl-unparseable) changes the parser.'
  },
  {
    what: 'Debezium 3.6: a value that cannot be converted becomes NULL with a warning.',
    wayAround: '`event.converting.failure.handling.mode` is `fail`.'
  },
  {
    what: 'PostgreSQL 18: its decoding skips a publication that is missing, with a warning in its own log. Events that are committed meanwhile are lost, and connector and task say RUNNING.',
    wayAround:
      'The keeper looks for the publication and names it; the [runbook](runbook.md#publication-missing) sends the missing events again.'
  },
  {
    what: 'Debezium 3.6: a connector whose slot PostgreSQL has given up asks for it 900 times, every two seconds. For half an hour it says RUNNING, without a task and without an error.',
    wayAround:
      'The keeper reads the state of the slot and names it; the [runbook](runbook.md#slot-invalidated) starts at the present and sends the missing events again.'
  },
  {
    what: 'Kafka Connect 4.3: a killed worker stays a member until its session ends, and its tasks then wait five minutes for its return.',
    wayAround:
      '`session.timeout.ms` is 6000, the least that a broker allows, and `scheduled.rebalance.max.delay.ms` is 0.'
  },
  {
    what: 'Kafka Connect 4.3: a restart waits for the task that it replaces, even if that task hangs in a silent socket.',
    wayAround: 'None from outside, so the bound of that fault is longer.'
  },
  {
    what: 'Kafka Connect 4.3: `HeaderFrom` throws on records without the field, such as heartbeats, and the task fails.',
    wayAround: 'A predicate limits it to the outbox’s topic.'
  },
  {
    what: 'MySQL 9.7: a commit that finds the disk full hangs, and checks for space only once a minute.',
    wayAround:
      'The services give up after 2.5 s with a 503 ([ADR 0009](adr/0009-a-silent-mysql-is-cut-off-at-the-socket.md)); the keeper names the folder.'
  },
  {
    what: 'MySQL 9.7: its memory grows with every commit, because it keeps ten million written rows for replicas that apply in parallel (25,000 up to 9.4).',
    wayAround:
      '`binlog_transaction_dependency_history_size` is 25,000 here. The Performance Schema does not count that memory; the stack of the growing allocation named it. The first soak shows the growth.'
  },
  {
    what: 'kafkajs 2.2: after some errors its consumer restarts itself; after others it stays dead while the process lives.',
    wayAround:
      'The library makes a new consumer whenever one ends ([ADR 0014](adr/0014-two-kafka-clients-behind-one-port.md)).'
  }
]
