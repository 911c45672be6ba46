import { html } from 'htm/preact'
import { act } from '../api.js'
import { errorOf } from '../load.js'
import { hop, noun, nouns } from '../hops.js'
import { addressOf, go } from '../place.js'
import { about } from '../signals.js'
import { notify } from './notices.js'

/** A button that writes one as any client does, through the writer, and follows it. */
export function writeButton() {
  if (!exampleCommand()) return null
  return html`<button class="primary" type="button" onClick=${writeOne}>New ${noun.value}</button>`
}

/** A command that writes one; undefined where the settings have none. */
export function exampleCommand() {
  return about.value?.hops.find(({ name }) => name === hop.value.name)?.example
}

async function writeOne() {
  try {
    const { id } = await act('/api/orders', { hop: hop.value.name })
    go(addressOf('orders', id))
  } catch (error) {
    notify(`No ${noun.value} was written: ${errorOf(error).message}`, 'stopped')
  }
}

/** What to do where nothing is written yet. */
export function nothingYet() {
  const words = `No ${nouns.value} yet. Each new one appears here, with the time that it took.`
  const command = exampleCommand()
  if (!command) return html`<p class="muted empty">${words}</p>`
  return html`<div class="empty"><p class="muted">${words} Write the first:</p><pre>${command}</pre></div>`
}
