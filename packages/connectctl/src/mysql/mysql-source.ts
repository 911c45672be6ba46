import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Source } from '../source/source.ts'
import { hasRun, offsetsAt, positionNamed } from './binlog-position.ts'
import { withSourceDatabase } from './connection.ts'
import { examineMysql } from './doctor.ts'
import { openMysqlHeart } from './heart.ts'

/** MySQL: a connector begins at a position of the binlog, which the outbox's migration recorded. */
export function mysqlSource(config: ConnectorConfig, environment: Environment): Source {
  return {
    engine: 'MySQL',
    hazardOf: () => undefined,
    log: 'the binlog',
    firstRun: { ...config, 'snapshot.mode': 'recovery', 'heartbeat.interval.ms': '500' },
    async beginningAt(start) {
      const position = await positionNamed(start, config, environment)
      return { words: `${position.file}:${position.position}`, place: async () => offsetsAt(position, config) }
    },
    requireRest: () => Promise.resolve(), // Debezium itself refuses offsets that MySQL has purged
    examine: stored => examineMysql(config, environment, stored),
    /** Debezium says of transactions that the server never ran what it says of a purged binlog. */
    async refineCause(cause, trace) {
      const gtids = /restartGtidSet='([^']+)'/.exec(trace)?.[1]
      if (cause !== 'binlog_purged' || gtids === undefined) return cause
      const isKnown = await withSourceDatabase(config, environment, connection => hasRun(connection, gtids))
      return isKnown ? cause : 'gtids_unknown'
    },
    openHeart: (account, table) => openMysqlHeart(config, { account, table, environment }),
    openLookout: undefined
  }
}
