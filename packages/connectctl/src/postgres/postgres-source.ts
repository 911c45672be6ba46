import type { ConnectorConfig } from '../connect/connect-api.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Source } from '../source/source.ts'
import { beginningAt, requireRest } from './beginning.ts'
import { withPostgres } from './connection.ts'
import { examinePostgres } from './doctor.ts'
import { openPostgresHeart } from './heart.ts'
import { openPostgresLookout } from './lookout.ts'

/** Debezium's dbz#51 and dbz#76, fixed in 3.7. */
function hazardOf(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 3 || (major === 3 && minor >= 7)) return undefined
  return 'before 3.7, a restart during a transaction can lose events without a word (dbz#51, dbz#76): run outboxctl audit'
}

/** PostgreSQL: a connector begins at its slot, which keeps all that comes after it. */
export function postgresSource(config: ConnectorConfig, environment: Environment): Source {
  const beats = Number(config['heartbeat.interval.ms'] ?? 0) > 0
  return {
    engine: 'PostgreSQL',
    hazardOf,
    log: 'the WAL',
    // A heartbeat is what shows that it reads, also where no event comes.
    firstRun: beats ? undefined : { ...config, 'heartbeat.interval.ms': '500' },
    beginningAt: start => beginningAt(start, config, environment),
    requireRest: stored => withPostgres(config, environment, client => requireRest(client, config, stored)),
    examine: stored => examinePostgres(config, environment, stored),
    refineCause: cause => Promise.resolve(cause),
    openHeart: (account, table) => openPostgresHeart(config, { account, table, environment }),
    openLookout: (account, lagBytes) => openPostgresLookout(config, { account, environment, lagBytes })
  }
}
