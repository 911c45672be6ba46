import base from '../../../../connect-config/postgres/orders-connector.json' with { type: 'json' }
import { renamed, sentTo } from './renamed.ts'

export const config = sentTo('${POSTGRES_ROW_TOPIC}', renamed(base, 'postgres_row'))
