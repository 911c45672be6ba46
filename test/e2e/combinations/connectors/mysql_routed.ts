import { config as base } from '../../../../connect-config/routed/orders-connector.ts'
import { renamed, routedTo } from './renamed.ts'

export const config = routedTo('${MYSQL_ROUTED_TOPIC}', renamed(base, 'mysql_routed'))
