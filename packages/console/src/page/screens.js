import { html } from 'htm/preact'
import { screenHead } from './parts/basics.js'
import { Nouns } from './hops.js'
import { place } from './place.js'
import { BreakScreen } from './screens/break.js'
import { Connector, ConnectorList } from './screens/connectors.js'
import { FlowScreen } from './screens/flow.js'
import { Group, GroupList } from './screens/groups.js'
import { Aggregate, AggregateList } from './screens/aggregates.js'
import { EventsOfKey, ParkedKeys } from './screens/parked.js'
import { Saga } from './screens/saga.js'
import { SagaList } from './screens/sagas.js'
import { TimeScreen } from './screens/time.js'
import { Topic, TopicList } from './screens/topics.js'
import { about } from './signals.js'

/**
 * `List` is drawn at `href`, `One` at the addresses below it; `g` and `letter` go there. Some are there only now and then.
 * @typedef {(properties: any) => unknown} Component
 * @typedef {{ href: string, title: string, letter: string, List: Component, One?: Component, isShown?: () => boolean }} Screen
 */

/** @type {readonly Screen[]} */
const screens = [
  { href: '/', title: 'Flow', letter: 'f', List: FlowScreen },
  {
    href: '/orders',
    get title() {
      return Nouns.value
    },
    letter: 'o',
    List: AggregateList,
    One: Aggregate
  },
  { href: '/sagas', title: 'Sagas', letter: 's', List: SagaList, One: Saga },
  { href: '/topics', title: 'Topics', letter: 't', List: TopicList, One: Topic },
  { href: '/groups', title: 'Groups', letter: 'c', List: GroupList, One: Group },
  { href: '/connectors', title: 'Connectors', letter: 'd', List: ConnectorList, One: Connector },
  { href: '/parked', title: 'Parked', letter: 'p', List: ParkedKeys, One: EventsOfKey },
  { href: '/time', title: 'Time', letter: 'h', List: TimeScreen },
  { href: '/break', title: 'Break it', letter: 'b', List: BreakScreen, isShown: () => about.value?.playground === true }
]

/** The screens as the bar lists them. */
export function shownScreens() {
  return screens.filter(({ isShown }) => isShown?.() ?? true)
}

/** For a mistyped address. @type {Screen} */
const nowhere = { href: '', title: 'Nothing here', letter: '', List: Nowhere }

function Nowhere() {
  return html`
    ${screenHead('Nothing here')}
    <p>No screen has the address ${place.value.href}. <a href="/">See the flow</a></p>
  `
}

export function currentScreen() {
  return screens.find(({ href }) => href === `/${place.value.path[0] ?? ''}`) ?? nowhere
}
