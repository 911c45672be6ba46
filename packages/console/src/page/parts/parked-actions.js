import { html } from 'htm/preact'
import { act } from '../api.js'
import { ago } from '../format.js'
import { about, now } from '../signals.js'
import { confirmed } from './dialog.js'

/**
 * Retry and skip for a parked key, each asked for once more.
 * @param {{ consumer: string, key: string, retryAskedAt?: number | null }} parked
 */
export function parkedActions({ consumer, key, retryAskedAt = null }) {
  if (about.value?.actions !== true) return html`<p class="muted">Actions are switched off here.</p>`
  const retry = () => confirmed(retryOf(key), () => act('/api/parked/retry', { consumer, key }))
  const skip = () => confirmed(skipOf(key), note => act('/api/parked/skip', { consumer, key, note }))
  return html`<div class="row actions">
    <button class="primary" type="button" onClick=${retry}>Retry</button>
    <button class="danger" type="button" onClick=${skip}>Skip for good</button>
    ${retryAskedAt !== null && html`<span class="muted">retry requested ${ago(retryAskedAt, now.value)}</span>`}
  </div>`
}

/** @param {string} key */
const retryOf = key => ({
  title: `Retry the events of ${key}?`,
  text: `Applies all waiting events of ${key} again, one after another. If one is refused again, it stays parked and the later ones keep waiting.`,
  button: 'Retry',
  success: 'The consumer retries within seconds'
})

/** @param {string} key */
const skipOf = key => ({
  title: `Skip the event of ${key}?`,
  text: 'Gives up the first waiting event for good: it never takes effect. Its row stays, with your note, and the events behind it are applied.',
  button: 'Skip for good',
  ask: 'Who are you, and why?',
  success: 'Skipped; the events behind it are retried'
})
