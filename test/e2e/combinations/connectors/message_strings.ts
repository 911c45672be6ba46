import { ofMessages, sentTo } from './renamed.ts'

export const config = sentTo('${MESSAGE_STRINGS_TOPIC}', ofMessages('message_strings', false))
