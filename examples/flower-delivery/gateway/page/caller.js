import { signal } from '@preact/signals'

/** @typedef {'orders' | 'shop' | 'deliveries'} Scope */

/**
 * Who is logged in; null without a login, and undefined until the gateway has said it.
 * @type {import('@preact/signals').Signal<{ clientId: string, scopes: readonly string[] } | null | undefined>}
 */
export const caller = signal(undefined)

/** Whether who is logged in may do that; null is allowed to all. @param {Scope | null} scope */
export function may(scope) {
  const { value } = caller
  return value !== null && value !== undefined && (scope === null || value.scopes.includes(scope))
}
