import type { PayloadColumn } from '../stores/payload.ts'
import { columnTypes } from '../stores/require-table.ts'
import type { StoreName } from '../stores/store.ts'

/** The table `outbox`. Its first five columns become the value in Kafka. */
export function outboxDdl(store: StoreName, payload: PayloadColumn): string {
  const { autoIncrement, engine } = shapes[store]
  return `
    CREATE TABLE IF NOT EXISTS outbox (
      id                BIGINT NOT NULL ${autoIncrement},
      event             VARCHAR(100) NOT NULL,
      event_id          BIGINT NOT NULL COMMENT 'the aggregate id: the Kafka key',
      payload           ${columnTypes[payload]} NOT NULL,
      created_at        TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      message_id        CHAR(36) NOT NULL COMMENT 'from here on: lifted into Kafka headers by Connect',
      aggregate         VARCHAR(64) NOT NULL,
      aggregate_version INT NULL,
      schema_version    SMALLINT NOT NULL,
      correlation_id    VARCHAR(64) NULL,
      causation_id      VARCHAR(64) NULL,
      traceparent       VARCHAR(55) NULL,
      PRIMARY KEY (id)
    ) ENGINE=${engine} DEFAULT CHARSET=utf8mb4`
}

export const positionDdl = `
  CREATE TABLE IF NOT EXISTS outbox_position (
    id              TINYINT NOT NULL PRIMARY KEY,
    binlog_file     VARCHAR(255) NOT NULL,
    binlog_position BIGINT NOT NULL,
    gtid_set        TEXT NOT NULL,
    recorded_at     TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

const shapes: Readonly<Record<StoreName, { readonly autoIncrement: string; readonly engine: string }>> = {
  delete: { autoIncrement: 'AUTO_INCREMENT', engine: 'InnoDB' },
  blackhole: { autoIncrement: '', engine: 'BLACKHOLE' }
}
