import type { PayloadColumn } from '../encoding.ts'
import { columnTypes } from '../stores/require-table.ts'
import type { StoreName } from '../stores/store.ts'
import { laterPartition, partitionsOf } from './partition-days.ts'

/** The one statement that tells a reader what the outbox is. The first five columns are the value in Kafka. */
export function outboxDdl(store: StoreName, payload: PayloadColumn, today: Date): string {
  const { id, key, options } = shapes[store](today)
  return `
    CREATE TABLE IF NOT EXISTS outbox (
      id                ${id},
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
      PRIMARY KEY (${key})
    ) ${options}`
}

export const positionDdl = `
  CREATE TABLE IF NOT EXISTS outbox_position (
    id              TINYINT NOT NULL PRIMARY KEY,
    binlog_file     VARCHAR(255) NOT NULL,
    binlog_position BIGINT NOT NULL,
    gtid_set        TEXT NOT NULL,
    recorded_at     TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

type Shape = { readonly id: string; readonly key: string; readonly options: string }

const shapes: Readonly<Record<StoreName, (today: Date) => Shape>> = {
  delete: () => ({ id: 'BIGINT NOT NULL AUTO_INCREMENT', key: 'id', options: 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4' }),
  blackhole: () => ({ id: 'BIGINT NOT NULL', key: 'id', options: 'ENGINE=BLACKHOLE DEFAULT CHARSET=utf8mb4' }),
  // MySQL wants the partitioning column in the key; FLOOR, because partitions are bounded by integers.
  keep: today => ({
    id: 'BIGINT NOT NULL AUTO_INCREMENT',
    key: 'id, created_at',
    options: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
      PARTITION BY RANGE (FLOOR(UNIX_TIMESTAMP(created_at))) (${[...partitionsOf(today, 8), laterPartition].join(', ')})`
  })
}
