import { h } from '../lib/dom.js'

/** An address that is not ours: mistyped, or of a later version. */
export const nowhereScreen = {
  id: 'nowhere',
  title: 'Nothing here',
  draw: ({ place }) => [
    h('div.screen-head', {}, h('h1', {}, 'Nothing here')),
    h('p', {}, `No screen has the address ${place.href}. `, h('a', { href: '/' }, 'See the flow'))
  ]
}
