import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import { localTime } from '../format.js'
import { now, series } from '../signals.js'
import { themeChanges } from './theme-button.js'

/**
 * @import uPlot from 'uplot'
 * @import { Series } from '../../api/pipeline-schemas.ts'
 */

/**
 * `lines` has the words for each figure. Their colours are `--c1`, `--c2` and so on, from `color` on; `fill` fills the
 * area under the first.
 * @typedef {{ title: string, lines: Record<string, string>, format: (value: number) => string, color?: number, fill?: boolean }} Chart
 * @typedef {Chart & { minutes: number, tall?: boolean }} Properties
 */

/**
 * A chart of some figures of the series, made again when its lines, its time or the theme change. All charts share one
 * crosshair.
 * @param {Properties} properties
 */
export function Chart(properties) {
  const { title, lines, minutes, tall } = properties
  const home = useRef(/** @type {HTMLElement | null} */ (null))
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined))
  const data = dataOf(series.value, properties)
  useEffect(() => {
    const place = home.current
    if (place === null || UPlot === undefined || series.value === undefined) return undefined
    const made = new UPlot(optionsOf(place, properties), data, place)
    const resized = new ResizeObserver(() => made.setSize(sizeOf(place)))
    resized.observe(place)
    plot.current = made
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [minutes, Object.keys(lines).join(), themeChanges.value, series.value === undefined])
  useEffect(() => plot.current?.setData(data), [series.value, now.value])
  return html`<figure class=${tall ? 'panel chart tall' : 'panel chart'}>
    <figcaption class="row"><h2>${title}</h2><span class="small">last ${minutes} min${whyEmpty(data)}</span></figcaption>
    <div class="plot" role="img" aria-label=${`${title}, last ${minutes} minutes`} ref=${home}></div>
  </figure>`
}

/** It comes as a plain script, because the package's module is not minified; without it there are no charts. */
const { uPlot: UPlot } = /** @type {{ uPlot?: typeof uPlot }} */ (globalThis)

/** @param {Series | undefined} all @param {Properties} properties @returns {uPlot.AlignedData} */
function dataOf(all, { lines, minutes }) {
  const names = Object.keys(lines)
  const from = all?.at.findIndex(time => time > Date.now() - minutes * 60_000) ?? -1
  if (all === undefined || from < 0) return [[], ...names.map(() => [])]
  const times = all.at.slice(from).map(time => (time + all.stepMs) / 1000)
  return [times, ...names.map(name => all.figures[name]?.slice(from) ?? times.map(() => null))]
}

const pointsToDraw = 2

/** @param {uPlot.AlignedData} data */
function whyEmpty([times, ...lines]) {
  if (times.length < pointsToDraw) return ' · collecting the first figures …'
  const isEmpty = lines.every(values => [...values].every(value => value === null || value === undefined))
  return isEmpty ? ' · nothing measured yet' : ''
}

const legendHeight = 34

/** @param {HTMLElement} place */
function sizeOf(place) {
  return { width: Math.max(200, place.clientWidth), height: (place.clientHeight || 250) - legendHeight }
}

/** @param {HTMLElement} place @param {Properties} properties @returns {uPlot.Options} */
function optionsOf(place, { lines, format, minutes, color: first = 1, fill = false }) {
  // A canvas needs the colour that the theme's variable resolves to.
  const color = (/** @type {string} */ name) => {
    place.style.color = `var(--${name})`
    return getComputedStyle(place).color
  }
  const axis = {
    stroke: color('muted'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui'
  }
  return {
    ...sizeOf(place),
    padding: [10, 20, 0, 0],
    cursor: { sync: { key: 'time' }, points: { size: 6 }, drag: { x: false, y: false } },
    legend: { live: true, markers: { width: 0, fill: (_, line) => color(`c${first + line - 1}`) } },
    scales: {
      x: { range: () => [Date.now() / 1000 - minutes * 60, Date.now() / 1000] },
      y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] }
    },
    axes: [
      { ...axis, size: 26, space: 80, values: (_, ticks) => ticks.map(tick => localTime(tick * 1000).slice(11, 16)) },
      { ...axis, size: 62, values: (_, ticks) => ticks.map(format) }
    ],
    series: [
      { label: 'at', value: (_, time) => (time === null ? 'now' : new Date(time * 1000).toLocaleTimeString()) },
      ...Object.values(lines).map((label, index) => ({
        label,
        stroke: color(`c${first + index}`),
        width: 1.6,
        ...(fill && index === 0 && { fill: `color-mix(in srgb, ${color(`c${first}`)} 12%, transparent)` }),
        points: { show: false },
        value: legendValue(format)
      }))
    ]
  }
}

/**
 * In the legend: the value under the crosshair, else the newest.
 * @param {(value: number) => string} format
 * @returns {uPlot.Series.Value}
 */
function legendValue(format) {
  return (plot, value, line) => {
    const shown = plot.cursor.idx == null ? plot.data[line]?.at(-1) : value
    return shown === null || shown === undefined ? '–' : format(shown)
  }
}
