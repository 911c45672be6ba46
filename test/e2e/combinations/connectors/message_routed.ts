import { ofMessages, routedTo } from './renamed.ts'

export const config = routedTo('${MESSAGE_ROUTED_TOPIC}', ofMessages('message_routed', true))
