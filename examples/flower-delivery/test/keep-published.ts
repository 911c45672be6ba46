import type { Knex } from 'knex'

/** Keeps what a service on MySQL publishes in a table: a row of the outbox is deleted by the transaction that writes it. */
export async function keepPublished(db: Knex): Promise<void> {
  await db.raw(
    'CREATE TABLE published (id BIGINT AUTO_INCREMENT PRIMARY KEY, event VARCHAR(100), aggregate VARCHAR(64), ' +
      'aggregateId BIGINT, version INT, payload JSON, correlationId VARCHAR(64), causationId VARCHAR(64), traceparent VARCHAR(64), actor VARCHAR(64))'
  )
  await db.raw(
    'CREATE TRIGGER log_outbox AFTER INSERT ON outbox FOR EACH ROW INSERT INTO published VALUES (NULL, NEW.event, ' +
      'NEW.aggregate, NEW.event_id, NEW.aggregate_version, NEW.payload, NEW.correlation_id, NEW.causation_id, NEW.traceparent, NEW.actor)'
  )
}
