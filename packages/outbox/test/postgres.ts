export { createPostgres, noPostgres, usePostgres } from '@outbox-cdc/test-support/use-postgres'
