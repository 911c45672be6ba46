import { h } from '../lib/dom.js'
import { stateMark } from './state-mark.js'

/** An error in the place of what could not be loaded: which part, and what it means. */
export function problem(error, what) {
  return h('div.problem', { role: 'alert' }, stateMark('stopped', what), h('p', {}, error.message))
}
