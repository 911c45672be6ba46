import { menuView } from './menu/view.ts'
import { orderHandlers } from './order-handlers.ts'

/** What this service does on which event. */
export const subscriptions = { ...orderHandlers, ...menuView.topics(menuView.table) }
