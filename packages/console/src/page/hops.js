import { computed } from '@preact/signals'
import { pluralOf } from './format.js'
import { addressOf, place } from './place.js'

/**
 * @typedef {{ name: string, writer: string, consumer: string, noun: string }} HopNames what the settings call a hop, its ends
 * and a row of the writer's table
 */

/** @type {readonly [HopNames, ...HopNames[]]} */
export const hops = JSON.parse(document.querySelector('meta[name=hops]')?.getAttribute('content') ?? '')

/** The hop that the address names, or the first one. */
export const hop = computed(() => hops.find(({ name }) => name === place.value.query.get('hop')) ?? hops[0])

/** What a row of its writer's table is called. */
export const noun = computed(() => hop.value.noun)
export const nouns = computed(() => pluralOf(noun.value))
export const Noun = computed(() => capital(noun.value))
export const Nouns = computed(() => capital(nouns.value))

/** @param {string} word */
function capital(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** The address of a row of a hop. @param {string} name @param {string} id */
export function rowOf(name, id) {
  return `${addressOf('orders', id)}?${new URLSearchParams({ hop: name })}`
}

/** An address below `/api` of what this hop has. @param {string} path @param {Record<string, string>} [query] */
export function inHop(path, query = {}) {
  return `${path}?${new URLSearchParams({ ...query, hop: hop.value.name })}`
}
