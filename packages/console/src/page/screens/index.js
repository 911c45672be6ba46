import { connectorsScreen } from './connectors.js'
import { flowScreen } from './flow.js'
import { groupsScreen } from './groups.js'
import { nowhereScreen } from './nowhere.js'
import { ordersScreen } from './orders.js'
import { parkedScreen } from './parked.js'
import { timeScreen } from './time.js'
import { topicsScreen } from './topics.js'

/** The screens in their order in the bar. */
export const screens = [
  flowScreen,
  ordersScreen,
  topicsScreen,
  groupsScreen,
  connectorsScreen,
  parkedScreen,
  timeScreen
]

export function screenFor({ path }) {
  return screens.find(({ id, href }) => (path[0] ?? '') === (href === '/' ? '' : id)) ?? nowhereScreen
}
