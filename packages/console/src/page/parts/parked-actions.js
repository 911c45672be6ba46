import { act } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { ago } from '../lib/format.js'
import { confirmAction } from './confirm.js'
import { notify } from './notice.js'

/** Retry and skip for a parked key, each asked for once more. */
export function parkedActions({ consumer, key, retryAskedAt }, { about, now }) {
  if (about?.actions !== true) return h('p.muted', {}, 'Actions are switched off here.')
  return h(
    'div.actions',
    {},
    h('button.primary', { type: 'button', onclick: () => retry({ consumer, key }) }, 'Retry'),
    h('button.danger', { type: 'button', onclick: () => skip({ consumer, key }) }, 'Skip for good'),
    retryAskedAt === null ? null : h('span.muted', {}, `a retry was asked for ${ago(retryAskedAt, now)}`)
  )
}

async function retry(parked) {
  const text = `All waiting events of ${parked.key} are applied again in their order. If one is refused again, it stays with those behind it.`
  if ((await confirmAction({ title: `Retry the events of ${parked.key}?`, text, button: 'Retry' })) === null) return
  await run(() => act('/api/parked/retry', parked), 'The consumer retries within seconds')
}

async function skip(parked) {
  const text =
    'The first waiting event is given up for good: it will never take effect. Its row stays, with your note; those behind it are applied.'
  const note = await confirmAction({
    title: `Skip the event of ${parked.key}?`,
    text,
    button: 'Skip for good',
    ask: 'Who are you, and why?'
  })
  if (note !== null)
    await run(() => act('/api/parked/skip', { ...parked, note }), 'Skipped; those behind it are retried')
}

async function run(work, done) {
  try {
    await work()
    notify(done)
  } catch (error) {
    notify(error.message, 'stopped')
  }
}
