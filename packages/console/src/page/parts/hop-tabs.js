import { html } from 'htm/preact'
import { hop, hops } from '../hops.js'
import { withQuery } from '../place.js'
import { tabs } from './basics.js'

/** Chooses the hop that a screen shows; nothing where there is only one. */
export function hopTabs() {
  if (hops.length === 1) return null
  const addressWith = (/** @type {string} */ name) => withQuery({ hop: name, before: null })
  const links = hops.map(
    ({ name, writer, consumer }) =>
      /** @type {const} */ ([
        addressWith(name),
        html`<b>${name}</b> <span class="small">${writer} → ${consumer}</span>`
      ])
  )
  return html`<div class="row hops" role="group" aria-label="Hops">${tabs(links, addressWith(hop.value.name))}</div>`
}
