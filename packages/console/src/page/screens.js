import { html } from 'htm/preact'
import { place } from './place.js'
import { connectorsScreen } from './screens/connectors.js'
import { flowScreen } from './screens/flow.js'
import { groupsScreen } from './screens/groups.js'
import { ordersScreen } from './screens/orders.js'
import { parkedScreen } from './screens/parked.js'
import { timeScreen } from './screens/time.js'
import { topicsScreen } from './screens/topics.js'
import { screenHead } from './parts/basics.js'

/** The screens in their order in the bar; `g` and `letter` go there. */
export const screens = [
  flowScreen,
  ordersScreen,
  topicsScreen,
  groupsScreen,
  connectorsScreen,
  parkedScreen,
  timeScreen
]

/** For a mistyped address. */
const nowhere = { id: 'nowhere', href: '', title: 'Nothing here', letter: '', Screen: NowhereScreen }

function NowhereScreen() {
  return html`
    ${screenHead('Nothing here')}
    <p>No screen has the address ${place.value.href}. <a href="/">See the flow</a></p>
  `
}

export function currentScreen() {
  const [first = ''] = place.value.path
  return screens.find(({ id, href }) => first === (href === '/' ? '' : id)) ?? nowhere
}
