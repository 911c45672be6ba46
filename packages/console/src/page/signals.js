import { batch, signal } from '@preact/signals'

/**
 * @import { Signal } from '@preact/signals'
 * @import { About, Flow, Series } from '../api/pipeline-schemas.ts'
 */

export const about = signal(/** @type {About | undefined} */ (undefined))
export const flow = signal(/** @type {Flow | undefined} */ (undefined))
export const series = signal(/** @type {Series | undefined} */ (undefined))
/** Since when the console itself doesn't answer. */
export const lostAt = signal(/** @type {number | undefined} */ (undefined))
/** The time of this drawing, for ages such as `3 s ago`. */
export const now = signal(Date.now())

/** @type {Map<Signal, unknown>} */
const waiting = new Map()
let drawing = 0

/**
 * Sets a signal within a quarter of a second, together with all others that wait: however much comes in, the page
 * redraws at most four times a second. What a person does sets its signal directly.
 * @template T
 * @param {Signal<T>} target
 * @param {T} value
 */
export function setSoon(target, value) {
  waiting.set(target, value)
  drawing ||= window.setTimeout(draw, 250)
}

/** Keeps the ages on the page right when nothing else changes. */
export function startClock() {
  setInterval(() => setSoon(now, Date.now()), 1_000)
}

function draw() {
  drawing = 0
  waiting.set(now, Date.now())
  batch(() => {
    for (const [target, value] of waiting) target.value = value
  })
  waiting.clear()
}
