import { signal } from '@preact/signals'
import { options } from 'preact'

/** The path under which a proxy serves this page; empty without one. Addresses in the page's code go without it. */
export const base = document.querySelector('meta[name=base-path]')?.getAttribute('content')?.slice(0, -1) ?? ''

const before = options.vnode?.bind(options)

/** Puts it before the address of each link that the page draws, and the hop that a person has chosen after it. */
options.vnode = node => {
  const props = /** @type {{ href?: unknown }} */ (node.props)
  if (node.type === 'a' && typeof props.href === 'string' && props.href.startsWith('/'))
    props.href = base + kept(props.href)
  before?.(node)
}

/** Where we are: every view has an address, so going back works. */
export const place = signal(currentPlace())

function currentPlace() {
  const pathname = location.pathname.slice(base.length) || '/'
  const path = pathname.split('/').filter(Boolean).map(decode)
  return { path, query: new URLSearchParams(location.search), pathname, href: pathname + location.search }
}

/** The address of one thing in a screen, and below `/api` of its data. @param {string} screen @param {...string} names */
export function addressOf(screen, ...names) {
  return ['', screen, ...names.map(encodeURIComponent)].join('/')
}

/** An address that names the present hop, unless it names one or there is none. @param {string} href */
function kept(href) {
  const chosen = new URLSearchParams(location.search).get('hop')
  if (chosen === null || /[?&]hop=/.test(href)) return href
  return `${href}${href.includes('?') ? '&' : '?'}${new URLSearchParams({ hop: chosen })}`
}

/** Goes to an address of this page; `replace` leaves no entry in the history. @param {string} href */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', base + kept(href))
  else history.pushState(null, '', base + kept(href))
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
  const { pathname } = currentPlace()
  return text === '' ? pathname : `${pathname}?${text}`
}

/** Follows links and the back button without loading the page again. */
export function followLinks() {
  addEventListener('popstate', () => (place.value = currentPlace()))
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest(`a[href^="${base}/"]`) : null
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || link.target !== '') return
    event.preventDefault()
    go(link.getAttribute('href')?.slice(base.length) ?? '/')
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
