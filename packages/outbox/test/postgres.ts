export { createPostgres, noPostgres, readWal, urlOf, usePostgres } from '@outbox-cdc/test-support/use-postgres'
