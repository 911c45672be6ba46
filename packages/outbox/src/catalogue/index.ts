export { asyncApi, type AsyncApiInfo } from './async-api.ts'
export { eventCatalogue } from './event-catalogue.ts'
export type { EventChannel } from './event-channel.ts'
