import { h } from './lib/dom.js'
import { ago, duration } from './lib/format.js'
import { openKeys } from './lib/keys.js'
import { stateMark } from './parts/state-mark.js'
import { screens } from './screens/index.js'

/** The bar on top of every screen: where we are, and the one sentence that says whether all is well. */
export function drawHeader(state) {
  return [h('div.bar', {}, h('a.brand', { href: '/' }, 'outbox-cdc'), navigation(state), tools()), headline(state)]
}

function navigation({ place, flow }) {
  return h(
    'nav',
    { 'aria-label': 'Screens' },
    screens.map(({ id, href, title }) => {
      const current = (place.path[0] ?? '') === (href === '/' ? '' : id)
      const parked = id === 'parked' && flow?.parked ? h('span.badge', {}, String(flow.parked)) : null
      return h('a', { href, 'aria-current': current ? 'page' : null, 'data-key': id }, title, parked)
    })
  )
}

function tools() {
  return h(
    'div.tools',
    {},
    h(
      'button.quiet',
      { type: 'button', onclick: toggleTheme, title: 'Light or dark' },
      h('span.theme-mark', { 'aria-hidden': 'true' }),
      h('span.sr', {}, 'Change between light and dark')
    ),
    h(
      'button.quiet',
      { type: 'button', onclick: openKeys, title: 'Keys (?)' },
      '?',
      h('span.sr', {}, ' lists the keys')
    )
  )
}

function headline({ flow, connected, lostAt, now }) {
  if (!connected) {
    const text = `The console itself does not answer${lostAt === undefined ? '' : ` for ${duration(now - lostAt)}`}. What you see is old; it comes back by itself.`
    return h('div.headline.unknown', { role: 'status' }, stateMark('unknown', ''), h('p', {}, text))
  }
  if (flow === undefined)
    return h('div.headline.unknown', {}, stateMark('unknown', ''), h('p', {}, 'Looking at the pipeline …'))
  const { state, text, advice, see } = flow.headline
  const stale = now - flow.at > 5_000
  return h(
    'div.headline',
    { class: stale ? 'unknown' : state, role: 'status' },
    stateMark(stale ? 'unknown' : state, ''),
    h(
      'p',
      {},
      stale ? `As of ${ago(flow.at, now)}: ${text}` : spoken(text),
      advice === null ? null : h('span.advice', {}, ' ', advice),
      wordOf[see] === undefined ? null : [' ', h('a', { href: see }, wordOf[see])]
    )
  )
}

/** The verdict stands out; what proves it follows. */
function spoken(text) {
  const [, verdict, proof] = /^(All is well)(.*)$/.exec(text) ?? []
  return verdict === undefined ? text : [h('b', {}, verdict), h('span.advice', {}, proof)]
}

const wordOf = {
  '/connectors': 'See the connector',
  '/topics': 'See the topics',
  '/groups': 'See the group',
  '/parked': 'See what is parked'
}

function toggleTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const now = document.documentElement.dataset.theme
  const isDark = now === 'dark' || (now !== 'light' && dark)
  const next = isDark ? 'light' : 'dark'
  document.documentElement.dataset.theme = next
  localStorage.setItem('theme', next)
  dispatchEvent(new Event('theme'))
}
