import { updateNow } from './state.js'

/** Where we are: `{ path: ['topics', 'name'], query: URLSearchParams }`. Every view has an address, so back works. */
export function currentPlace() {
  const path = location.pathname.split('/').filter(Boolean).map(decode)
  return { path, query: new URLSearchParams(location.search), href: location.pathname + location.search }
}

/** Goes to an address of ours; `replace` for a filter that is still being typed. */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  updateNow({ place: currentPlace() })
  if (!replace) scrollTo(0, 0)
}

/** The present address with some of its query changed; an empty value leaves the name out. */
export function withQuery(changes) {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? location.pathname : `${location.pathname}?${text}`
}

export function startRouter() {
  addEventListener('popstate', () => updateNow({ place: currentPlace() }))
  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href^="/"]')
    if (link === null || link === undefined || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || link.target !== '' || link.hasAttribute('download')) return
    event.preventDefault()
    go(link.getAttribute('href'))
  })
}

function decode(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
