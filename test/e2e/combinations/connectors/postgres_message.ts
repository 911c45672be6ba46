import { config as base } from '../../../../connect-config/postgres-message/orders-connector.ts'
import { renamed, sentTo } from './renamed.ts'

export const config = sentTo('${POSTGRES_MESSAGE_TOPIC}', renamed(base, 'postgres_message'))
