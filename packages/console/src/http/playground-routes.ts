import { Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { faultList, invariants, oneFault, order, playground, targetList } from '../api/playground-schemas.ts'
import type { Config } from '../config.ts'
import { reasonOf } from '../reason-of.ts'
import { unavailable } from './problems.ts'
import { get, post, type Route } from './route.ts'

const answerMs = 3_000

/** What `npm start -- --playground` lets a person break, through the control API of the starter; else there is nothing. */
export function playgroundRoutes(config: Config): readonly Route[] {
  const { PLAYGROUND_URL: url } = config
  if (url === undefined) return []
  const ask = async <T>(schema: z.ZodType<T>, what: string, body?: object): Promise<T> => {
    const [method = '', path = ''] = what.split(' ')
    const headers = { authorization: `Bearer ${config.PLAYGROUND_TOKEN ?? ''}` }
    const options = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await fetch(url + path, { ...options, signal: AbortSignal.timeout(answerMs) }).catch(error => {
      throw unavailable(`The starter does not answer: ${reasonOf(error)}`, error)
    })
    const given = (await answer.json()) as { readonly detail?: string }
    if (answer.ok) return schema.parse(given)
    const status = [400, 404, 409].includes(answer.status) ? answer.status : 503
    throw new Problem(status, {
      type: 'playground',
      title: 'Not done',
      detail: given.detail ?? `HTTP ${answer.status}`
    })
  }

  /** An oracle that doesn't answer checks nothing, so nothing is known. */
  async function askOracle() {
    const url = config.PLAYGROUND_ORACLE_URL
    if (url === undefined) return null
    try {
      const answer = await fetch(`${url}/invariants`, { signal: AbortSignal.timeout(answerMs) })
      return invariants.parse(await answer.json())
    } catch (error) {
      return { items: [], checks: 0, problem: `The oracle does not answer: ${reasonOf(error)}` }
    }
  }

  return [
    get('/api/playground', 'What can be broken, what is broken now, and what the invariants say', {
      answer: playground,
      async handle() {
        const [targets, faults, checked] = await Promise.all([
          ask(targetList, 'GET /targets'),
          ask(faultList, 'GET /faults'),
          askOracle()
        ])
        return { ...targets, ...faults, at: Date.now(), invariants: checked }
      }
    }),
    post('/api/playground/faults', 'Break something for a while', {
      input: order,
      answer: oneFault,
      handle: input => ask(oneFault, 'POST /faults', { ...input, by: 'the console' })
    }),
    post('/api/playground/faults/{id}/end', 'End a fault before its time', {
      input: z.object({ id: z.string().regex(/^\d{1,9}$/) }),
      answer: oneFault,
      handle: ({ id }) => ask(oneFault, `DELETE /faults/${id}`)
    })
  ]
}
