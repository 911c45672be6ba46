import { pluralOf } from './format.js'

/** What a row of the writer's table is called here, as the settings say. */
export const noun = document.querySelector('meta[name=aggregate-name]')?.getAttribute('content') ?? 'event'
export const nouns = pluralOf(noun)
export const [Noun = '', Nouns = ''] = [noun, nouns].map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
