import { config as base } from '../../../../connect-config/postgres-routed/orders-connector.ts'
import { renamed, routedTo } from './renamed.ts'

export const config = routedTo('${POSTGRES_ROUTED_TOPIC}', renamed(base, 'postgres_routed'))
