import { expect, it } from 'vitest'
import { causeInTrace } from './verdict.ts'

it('returns the innermost cause in one line, without stack frames and package names', () => {
  const trace = `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: Access denied; you need the REPLICATION SLAVE privilege
\tat io.debezium.connector.binlog.X.wrap(X.java:1)
\t... 5 more
Caused by: com.github.shyiko.mysql.binlog.network.ServerException: Access denied
\tat x.Y.z(Y.java:2)
`
  expect(causeInTrace(trace)).toBe('ServerException: Access denied')
})

it('prefers the last cause that says something', () => {
  const trace = 'a.B: outer words\nCaused by: c.D: the words\nCaused by: e.NoViableAltException\n'
  expect(causeInTrace(trace)).toBe('D: the words')
})

it('handles a trace without causes, and an empty one', () => {
  expect(causeInTrace('java.lang.OutOfMemoryError: Java heap space\n\tat a.b(C.java)')).toBe(
    'OutOfMemoryError: Java heap space'
  )
  expect(causeInTrace('')).toBe('no cause was given')
})
