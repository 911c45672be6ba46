import base from '../postgres/orders-connector.json' with { type: 'json' }
import { config as routed } from '../routed/orders-connector.ts'

// A topic for each aggregate type, as routed/ makes it from MySQL.
const own = ['message.key.columns', 'transforms.unwrap.add.headers', 'transforms.unwrap.add.headers.prefix']
const kept = Object.entries(base).filter(([key]) => !key.startsWith('transforms.headers.') && !own.includes(key))
const routing = Object.entries(routed).filter(([key]) => /^transforms(\.|$)/.test(key))

export const config = {
  ...Object.fromEntries(kept),
  ...Object.fromEntries(routing),
  'topic.creation.business.include': routed['topic.creation.business.include']
}
