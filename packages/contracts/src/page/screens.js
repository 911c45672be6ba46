import { place } from '@outbox-cdc/console/page/place.js'
import { ContractList } from './screens/contracts.js'
import { Contract } from './screens/contract.js'
import { Matrix } from './screens/matrix.js'
import { Network } from './screens/network.js'

/** @typedef {{ href: string, title: string, Screen: (properties: any) => unknown }} Screen */

/** As the bar lists them. @type {readonly [Screen, ...Screen[]]} */
export const screens = [
  { href: '/', title: 'Contracts', Screen: ContractList },
  { href: '/matrix', title: 'Matrix', Screen: Matrix },
  { href: '/network', title: 'Network', Screen: Network }
]

/** One contract belongs to the list in the bar. */
export function currentScreen() {
  const [list] = screens
  const { path } = place.value
  if (path[0] === 'contracts') return { ...list, Screen: Contract }
  return screens.find(({ href }) => href === `/${path[0] ?? ''}`) ?? list
}
