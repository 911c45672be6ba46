import { h } from '../lib/dom.js'
import { stateMark } from './state-mark.js'

/** An error in the place of what could not be loaded: which part, and what it means. */
export function problem(error, what) {
  if (error.status === 501)
    return h('div.problem.absent', {}, stateMark('unknown', 'Not configured'), h('p', {}, `${error.message}.`))
  return h('div.problem', { role: 'alert' }, stateMark('stopped', what), h('p', {}, error.message))
}
