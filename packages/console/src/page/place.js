import { signal } from '@preact/signals'

/** Where we are: every view has an address, so going back works. */
export const place = signal(currentPlace())

function currentPlace() {
  const path = location.pathname.split('/').filter(Boolean).map(decode)
  return { path, query: new URLSearchParams(location.search), href: location.pathname + location.search }
}

/** The address of one thing in a screen, and below `/api` of its data. @param {string} screen @param {...string} names */
export function addressOf(screen, ...names) {
  return ['', screen, ...names.map(encodeURIComponent)].join('/')
}

/** Goes to an address of this page; `replace` leaves no entry in the history. @param {string} href */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  place.value = currentPlace()
  if (!replace) scrollTo(0, 0)
}

/**
 * The present address with some of its query changed; an empty value removes the name.
 * @param {Record<string, string | number | null | undefined>} changes
 */
export function withQuery(changes) {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === null || value === '') query.delete(name)
    else query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? location.pathname : `${location.pathname}?${text}`
}

/** Follows links and the back button without loading the page again. */
export function followLinks() {
  addEventListener('popstate', () => (place.value = currentPlace()))
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || link.target !== '') return
    event.preventDefault()
    go(link.getAttribute('href') ?? '/')
  })
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
