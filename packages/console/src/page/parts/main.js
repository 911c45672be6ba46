import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * The place of a screen's content. It takes the focus when `view` changes, unless a person is in the bar or in a form.
 * @param {{ view: string, children?: unknown }} properties
 */
export function Main({ view, children }) {
  const main = useRef(/** @type {HTMLElement | null} */ (null))
  const isFirst = useRef(true)
  useEffect(() => {
    if (!isFirst.current && !document.activeElement?.closest('nav, form')) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [view])
  return html`<main id="main" tabindex="-1" ref=${main}>${children}</main>`
}
