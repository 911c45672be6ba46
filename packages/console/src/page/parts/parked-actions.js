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
  return html`<div class="row actions">
    <button class="primary" type="button" onClick=${() => retry(consumer, key)}>Retry</button>
    <button class="danger" type="button" onClick=${() => skip(consumer, key)}>Skip for good</button>
    ${retryAskedAt !== null && html`<span class="muted">retry requested ${ago(retryAskedAt, now.value)}</span>`}
  </div>`
}

/** @param {string} consumer @param {string} key */
function retry(consumer, key) {
  const text = `Applies all waiting events of ${key} again, in order. If one is refused again, it stays parked and the later ones keep waiting.`
  confirmed({ title: `Retry the events of ${key}?`, text, button: 'Retry' }, async () => {
    await act('/api/parked/retry', { consumer, key })
    return 'The consumer retries within seconds'
  })
}

/** @param {string} consumer @param {string} key */
function skip(consumer, key) {
  const title = `Skip the event of ${key}?`
  const text =
    'Gives up the first waiting event for good: it never takes effect. Its row stays, with your note, and the events behind it are applied.'
  confirmed({ title, text, button: 'Skip for good', ask: 'Who are you, and why?' }, async note => {
    await act('/api/parked/skip', { consumer, key, note })
    return 'Skipped; the events behind it are retried'
  })
}
