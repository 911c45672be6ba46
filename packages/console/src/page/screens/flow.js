import { chartOf } from '../parts/chart.js'
import { h } from '../lib/dom.js'
import { ago, compact, duration, exact, fact, ms, number, rate } from '../lib/format.js'
import { emptyOrders } from '../parts/empty-orders.js'
import { placeOrder } from '../parts/place-order.js'
import { sparkline } from '../parts/sparkline.js'
import { stateMark } from '../parts/state-mark.js'
import { latencyChart, throughputChart } from '../parts/time-charts.js'

export const flowScreen = {
  id: 'flow',
  href: '/',
  title: 'Flow',
  letter: 'f',
  draw(state) {
    const { flow } = state
    if (flow === undefined) return h('p.loading', {}, 'Reading every part once …')
    return [
      h('h1.sr', {}, 'The flow of an order'),
      picture(state),
      h('p.footnote', {}, 'Rates are means of the last 10 s, medians those of the last minute.'),
      h('div.charts', {}, chartOf(latencyChart, { minutes: 10 }), chartOf(throughputChart, { minutes: 10 })),
      newest(state)
    ]
  },
  after(state) {
    latencyChart.show(state.series, { minutes: 10 })
    throughputChart.show(state.series, { minutes: 10 })
  }
}

function picture({ flow, series, now }) {
  const parts = flow.hops.flatMap((hop, index) => [
    index === 0 ? null : arrow(flow.hops[index - 1], hop),
    card({ hop, flow, series, now })
  ])
  return h('ol.flow', { 'aria-label': 'From order to delivery' }, parts)
}

const sparkOf = { mysql: 'orders', topic: 'published', delivery: 'delivered' }

function card({ hop, flow, series, now }) {
  const stale = hop.readAt === null ? 0 : now - hop.readAt
  return h(
    'li.hop',
    { class: hop.state, 'data-key': hop.id, 'data-stale': stale > 5_000 ? '' : null },
    h('div.hop-head', {}, h('h2', {}, hop.title), h('p.name', { title: hop.name }, hop.name)),
    h('p.hop-state', {}, stateMark(hop.state, hop.words)),
    h('p.figure', {}, h('span.big', {}, rate(hop.rate)), h('span.per', {}, '/s'), h('span.unit', {}, units[hop.id])),
    waits(hop),
    sparkOf[hop.id] ? sparkline(series?.figures[sparkOf[hop.id]] ?? []) : null,
    hop.id === 'topic' ? partitions(flow) : null,
    facts(hop, now),
    stale > 5_000 ? h('p.stale', {}, `figures of ${ago(hop.readAt, now)}`) : null,
    h('p.at', {}, clockOf(hop, flow))
  )
}

const units = {
  orders: 'orders accepted',
  mysql: 'orders committed',
  debezium: 'events read',
  topic: 'events written',
  delivery: 'events delivered'
}

/** When an event passes here, counted from its commit. */
function clockOf({ id, facts: known }, { latency }) {
  const after = (figure, words) => (figure ? [h('span.tick', {}, `+ ${ms(figure.p50)}`), ` ${words}, median`] : '')
  if (id === 'orders') {
    const answered = known.find(({ unit }) => unit === 'ms')
    return answered === undefined ? '' : [h('span.tick', {}, `≤ ${ms(answered.value)}`), ' to answer, median']
  }
  if (id === 'mysql') return [h('span.tick', {}, '0 ms'), ' commit']
  if (id === 'debezium') return after(latency.toDebezium, 'read')
  return id === 'topic' ? after(latency.toKafka, 'in Kafka') : after(latency.toDelivery, 'delivered')
}

function facts(hop, now) {
  return h(
    'dl.facts',
    {},
    hop.facts
      .filter(({ unit }) => unit !== 'ms')
      .map(one =>
        h(
          'div',
          { 'data-key': one.label },
          h('dt', {}, one.label),
          h('dd', { title: one.unit === 'ago' && one.value !== null ? exact(one.value) : null }, fact(one, now))
        )
      )
  )
}

/** How far the group is behind in each partition. */
function partitions({ partitions: list }) {
  if (list.length === 0 || list.length > 12) return null
  return h(
    'ul.partitions',
    { 'aria-label': 'Lag of each partition' },
    list.map(({ partition, lag }) =>
      h(
        'li',
        { 'data-key': String(partition), class: lag > 0 ? 'behind' : null, title: `Lag of partition ${partition}` },
        h('span', {}, `p${partition}`),
        lag === null ? '–' : compact(lag)
      )
    )
  )
}

/** Between two hops: whether it moves. */
function arrow(from, to) {
  const broken = from.state === 'stopped' || to.state === 'stopped'
  const way = broken ? 'broken' : (to.rate ?? 0) > 0.05 ? 'moving' : 'still'
  return h('li.arrow', { 'data-key': `to-${to.id}`, class: way, 'aria-hidden': 'true' }, h('span.line', {}))
}

/** What has not passed a hop; a handful that is on its way is not worth a word. */
function waits({ waiting, state }) {
  if (waiting === null || waiting.events === 0 || (state !== 'stopped' && waiting.ms < 1_000)) return null
  const count = `${waiting.atLeast ? '≥ ' : ''}${number(waiting.events)}`
  return h('p.waits', {}, h('b', {}, `${count} waiting`), h('span', {}, `oldest ${duration(waiting.ms)}`))
}

function newest(state) {
  const { flow, now, about } = state
  const place = about?.canPlaceOrders
    ? h('button.primary', { type: 'button', onclick: placeOrder }, 'Place an order')
    : null
  const head = h('div.section-head', {}, h('h2', {}, 'Newest orders'), place)
  if (flow.newest.length === 0) return h('section.newest', {}, head, emptyOrders(about))
  const rows = flow.newest.map(order =>
    h(
      'li',
      { 'data-key': String(order.id) },
      h(
        'a',
        { href: `/orders/${order.id}` },
        h('span.id', {}, `#${order.id}`),
        h('span.label', {}, order.label),
        h('span.when', { title: exact(order.createdAt) }, ago(order.createdAt, now)),
        delivered(order)
      )
    )
  )
  return h('section.newest', {}, head, h('ol.orders', {}, rows))
}

function delivered({ delivered: isDelivered, deliveredMs }) {
  if (isDelivered === null) return null
  if (!isDelivered) return h('span.result', {}, stateMark('unknown', 'on its way'))
  return h('span.result', {}, stateMark('ok', `delivered in ${ms(deliveredMs)}`))
}
