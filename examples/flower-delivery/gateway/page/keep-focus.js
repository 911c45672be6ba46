/** When the button with the focus goes, because its order went on, the focus stays with the order. */
export function keepFocus() {
  /** @type {Element | null} */
  let card = null
  document.addEventListener('focusin', ({ target }) => {
    card = target instanceof Element ? target.closest('[data-order]') : null
  })
  const watch = new MutationObserver(() => {
    if (document.activeElement === document.body && card instanceof HTMLElement && card.isConnected) card.focus()
  })
  watch.observe(document.body, { childList: true, subtree: true })
}
