import { h } from '../lib/dom.js'

const words = { ok: 'well', slow: 'slow', stopped: 'stopped', unknown: 'unknown' }
const shapes = {
  ok: () => h('circle', { cx: 8, cy: 8, r: 5.5 }),
  slow: () => h('path', { d: 'M8 1.8 14.6 13.6H1.4Z' }),
  stopped: () => h('rect', { x: 2.5, y: 2.5, width: 11, height: 11, rx: 1.5 }),
  unknown: () => h('circle', { cx: 8, cy: 8, r: 5, class: 'ring' })
}

/** A state as a colour, a shape and a word; with empty words the shape alone, beside a sentence that says it. */
export function stateMark(state, text = words[state]) {
  const shape = h('svg', { viewBox: '0 0 16 16', class: 'mark', 'aria-hidden': 'true' }, shapes[state]())
  return h('span.state', { class: state }, shape, text === '' ? h('span.sr', {}, `${words[state]}: `) : text)
}
