import { expect, it } from 'vitest'
import type { Flow } from '../api/pipeline-schemas.ts'
import type { FlowSagas } from '../api/saga-schemas.ts'
import { addSagas } from './add-sagas.ts'

const flow = (state: Flow['headline']['state']) => ({ headline: { state, text: 'as before', see: null } }) as Flow
const sentence = 'bank has not sent answered for 12 s after asked of question 7'
const stuck = (count: number) =>
  ({ stuck: count, open: count, oldest: [{ missing: [sentence], since: 5 }] }) as unknown as FlowSagas

it('says a stuck saga on top, and where to see it', () => {
  expect(addSagas(flow('ok'), stuck(1)).headline).toMatchObject({
    state: 'slow',
    text: `1 saga is stuck: ${sentence}.`,
    see: '/sagas',
    since: 5
  })
  expect(addSagas(flow('slow'), stuck(1_200)).headline.text).toBe(`1,200 sagas are stuck: ${sentence}.`)
})

it('leaves what has stopped on top, because it may be the cause, and says nothing while no saga is stuck', () => {
  expect(addSagas(flow('stopped'), stuck(1)).headline.text).toBe('as before')
  expect(addSagas(flow('ok'), { stuck: 0, open: 1, oldest: [] }).headline.text).toBe('as before')
  expect(addSagas(flow('ok'), null)).toMatchObject({ sagas: null, headline: { text: 'as before' } })
})
