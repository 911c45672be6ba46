import { h } from '../lib/dom.js'

/** The place where a chart draws itself; `patch` leaves its inside alone. */
export function chartOf(chart, { minutes, tall = false }) {
  return h(
    'figure.chart',
    { 'data-key': `chart-${chart.id}`, class: tall ? 'tall' : null },
    h('figcaption', {}, h('h2', {}, chart.title), h('span.muted', {}, `last ${minutes} min`)),
    h('div.plot', {
      'data-keep': '',
      'data-chart': chart.id,
      role: 'img',
      'aria-label': `${chart.title}, last ${minutes} minutes`
    })
  )
}

/** A uPlot chart of some figures of the series, made when its place appears and redrawn when data or theme change. */
export function createChart({ id, title, lines, format, group = 'time' }) {
  let plot
  let home
  let shownMinutes
  addEventListener('theme', remake)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', remake)

  function remake() {
    plot?.destroy()
    plot = undefined
  }

  return {
    id,
    title,
    lines,
    show(series, { minutes }) {
      const place = document.querySelector(`[data-chart="${id}"]`)
      if (place === null || series === undefined || globalThis.uPlot === undefined) return
      if (home !== place || shownMinutes !== minutes) remake()
      home = place
      shownMinutes = minutes
      const data = dataOf(series, { lines, minutes })
      if (plot === undefined) {
        plot = new globalThis.uPlot(optionsOf({ place, lines, format, group, minutes }), data, place)
        new ResizeObserver(() => plot?.setSize(sizeOf(place))).observe(place)
      } else plot.setData(data)
    }
  }
}

function dataOf({ at, figures, stepMs }, { lines, minutes }) {
  const now = Date.now()
  const from = at.findIndex(time => time > now - minutes * 60_000)
  const times = (from < 0 ? [] : at.slice(from)).map(time => (time + stepMs) / 1000)
  return [times, ...lines.map(({ name }) => (from < 0 ? [] : (figures[name] ?? at.map(() => null)).slice(from)))]
}

const legendHeight = 34

function sizeOf(place) {
  return { width: Math.max(200, place.clientWidth), height: (place.clientHeight || 250) - legendHeight }
}

function optionsOf({ place, lines, format, group, minutes }) {
  const style = getComputedStyle(place)
  const color = name => style.getPropertyValue(`--${name}`).trim()
  const axis = {
    stroke: color('muted'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui'
  }
  return {
    ...sizeOf(place),
    padding: [10, 20, 0, 0],
    cursor: { sync: { key: group }, points: { size: 6 }, drag: { x: false, y: false } },
    legend: {
      show: true,
      live: true,
      markers: { width: 0, fill: (_, index) => color(lines[index - 1]?.color ?? 'muted') }
    },
    scales: {
      x: { range: () => [Date.now() / 1000 - minutes * 60, Date.now() / 1000] },
      y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] }
    },
    axes: [
      { ...axis, size: 26, space: 80, values: clockTimes },
      { ...axis, size: 62, values: (_, ticks) => ticks.map(format) }
    ],
    series: [
      { label: 'at', value: (_, time) => (time === null ? 'now' : new Date(time * 1000).toLocaleTimeString()) },
      ...lines.map(({ words, color: name, fill }) => ({
        label: words,
        stroke: color(name),
        width: 1.6,
        fill: fill ? `color-mix(in srgb, ${color(name)} 12%, transparent)` : undefined,
        points: { show: false },
        value: (plot, value, line) => shownValue(plot.cursor.idx == null ? plot.data[line].at(-1) : value, format)
      }))
    ]
  }
}

/** In the legend: where one points, else the newest. */
function shownValue(value, format) {
  return value === null || value === undefined ? '–' : format(value)
}

function clockTimes(_, ticks) {
  return ticks.map(tick =>
    new Date(tick * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false })
  )
}
