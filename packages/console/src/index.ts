export { type Config, configSchema } from './config.ts'
export { createConsole } from './console.ts'
