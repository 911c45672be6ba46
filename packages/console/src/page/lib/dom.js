const svgTags = new Set(['svg', 'path', 'circle', 'rect', 'line', 'g', 'title', 'polyline'])

/**
 * Makes an element. Text goes in as text, never as HTML: a hostile value is shown, not run. Properties that begin with
 * `on` are handlers; `class`, `data-…`, `aria-…` and the rest are attributes; null and false leave one out.
 */
export function h(tag, properties, ...children) {
  const [name, ...classes] = tag.split('.')
  const element = svgTags.has(name)
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name || 'div')
  if (classes.length > 0) element.setAttribute('class', classes.join(' '))
  for (const [key, value] of Object.entries(properties ?? {})) setProperty(element, key, value)
  append(element, children)
  return element
}

function setProperty(element, key, value) {
  if (value === null || value === undefined || value === false) return
  if (key.startsWith('on')) element[key] = value
  else if (key === 'class')
    element.setAttribute('class', [element.getAttribute('class'), value].filter(Boolean).join(' '))
  else element.setAttribute(key, value === true ? '' : String(value))
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue
    element.append(child instanceof Node ? child : document.createTextNode(String(child)))
  }
}

/**
 * Makes `parent` hold what `children` say, changing only what differs: focus, selection, scroll and open details stay.
 * An element with `data-keep` is left to whoever filled it; `data-key` tells list items apart.
 */
export function patch(parent, ...children) {
  const wanted = document.createDocumentFragment()
  append(wanted, children)
  patchChildren(parent, wanted)
}

function patchChildren(parent, wanted) {
  const keyed = new Map()
  for (const node of parent.childNodes) if (node.dataset?.key !== undefined) keyed.set(node.dataset.key, node)
  let place = parent.firstChild
  for (const next of Array.from(wanted.childNodes)) {
    const same = next.dataset?.key === undefined ? place : (keyed.get(next.dataset.key) ?? place)
    if (same !== null && alike(same, next)) {
      if (same === place) place = place.nextSibling
      else parent.insertBefore(same, place)
      patchNode(same, next)
    } else parent.insertBefore(next, place)
  }
  while (place !== null) {
    const rest = place.nextSibling
    place.remove()
    place = rest
  }
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key
}

const handlers = ['onclick', 'oninput', 'onchange', 'onsubmit', 'onkeydown', 'ontoggle']

function patchNode(old, next) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data
    return
  }
  for (const { name } of Array.from(old.attributes))
    if (!next.hasAttribute(name) && !kept(old, name)) old.removeAttribute(name)
  for (const { name, value } of next.attributes)
    if (old.getAttribute(name) !== value && !kept(old, name)) old.setAttribute(name, value)
  for (const name of handlers) old[name] = next[name]
  if (old.dataset?.keep === undefined) patchChildren(old, next)
}

/** What a person has changed by hand is his. */
function kept(element, name) {
  return (element.nodeName === 'DETAILS' && name === 'open') || (element.nodeName === 'INPUT' && name === 'value')
}
