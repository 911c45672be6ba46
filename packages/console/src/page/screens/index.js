import { flowScreen } from './flow.js'
import { ordersScreen } from './orders.js'

/** The screens in their order in the bar. */
export const screens = [flowScreen, ordersScreen]

/** The screen at an address; an address that is not ours shows the flow. */
export function screenFor({ path }) {
  return screens.find(({ id, href }) => (path[0] ?? '') === (href === '/' ? '' : id)) ?? screens[0]
}
