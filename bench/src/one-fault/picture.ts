import type { TopLevelSpec } from 'vega-lite'
import { type Plan, type SecondFigures, type Way, ways } from './figures.ts'

const colors: Readonly<Record<Way, string>> = { 'by event': '#1a5a9e', 'by request': '#b06a00' }
const refused = '#b3261e'
const ink = '#3b4651'
const width = 340
const axis = { grid: true, gridColor: '#e4e7ea' }
const percent = { type: 'quantitative', title: '%', scale: { domain: [0, 100] }, axis: { ...axis, tickCount: 3 } }
const milliseconds = {
  type: 'quantitative',
  title: 'ms',
  scale: { type: 'log', domain: [1, 100_000], nice: false },
  axis: { ...axis, values: [1, 10, 100, 1_000, 10_000, 100_000], format: ',' }
}

type Row = { readonly title: readonly string[]; readonly height: number; readonly layers: readonly object[] }

/** One column for each way, one row for each figure, and the fault as a band through all of them. */
export function pictureOf(plan: Plan, seconds: readonly SecondFigures[]): TopLevelSpec {
  const values = seconds.map(({ way, second, due, accepted, answer, refusal, delivery }) => ({
    way,
    second: second + 0.5,
    share: due === 0 ? null : (100 * accepted) / due,
    ...named('answer', answer),
    ...named('refusal', refusal),
    ...named('delivery', delivery)
  }))
  const columns = ways.map(way => ({
    title: { text: `The purchase ${way}`, anchor: 'start', fontSize: 15, color: colors[way] },
    vconcat: rowsOf(way, plan).map(({ title, height, layers }) => ({
      width,
      height,
      title: { text: title, anchor: 'start', frame: 'group', fontSize: 11, fontWeight: 'normal', color: ink },
      transform: [{ filter: { field: 'way', equal: way } }],
      layer: layers
    }))
  }))
  return { background: 'white', padding: 12, data: { values }, hconcat: columns, config } as TopLevelSpec
}

const config = {
  axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', labelColor: ink, titleColor: ink },
  view: { stroke: '#c9ced3' },
  concat: { spacing: 18 }
}

function rowsOf(way: Way, plan: Plan): readonly Row[] {
  const color = colors[way]
  const barWidth = (width / plan.seconds) * 0.8
  const x = xOf(plan, null)
  const last = xOf(plan, 'seconds since the start')
  const share = { mark: { type: 'bar', width: barWidth, color }, encoding: { x, y: { ...percent, field: 'share' } } }
  const answers = rangeOf('answer', { x, color, barWidth })
  const refusals = rangeOf('refusal', { x, color: refused, barWidth })
  const deliveries = rangeOf('delivery', { x: last, color, barWidth })
  return [
    { title: ['Purchases accepted'], height: 90, layers: [share, faultBand(plan, x), nameOf(plan, x)] },
    {
      title: ['Time to the answer (red: refused):', 'median and longest of each second'],
      height: 140,
      layers: [faultBand(plan, x), ...answers, ...refusals]
    },
    {
      title: ['Time until the delivery exists:', 'median and longest of each second'],
      height: 140,
      layers: [faultBand(plan, last), ...deliveries]
    }
  ]
}

const xOf = ({ seconds }: Plan, title: string | null) => ({
  field: 'second',
  type: 'quantitative',
  title,
  scale: { domain: [0, seconds], nice: false, padding: 0 },
  axis: { grid: false, tickCount: 9 }
})

type Look = { readonly x: object; readonly color: string; readonly barWidth: number }

/** A bar from the median up to the longest of a second, with a mark on the median. */
function rangeOf(name: string, { x, color, barWidth }: Look): readonly object[] {
  const y = { ...milliseconds, field: `${name}50` }
  const transform = [{ filter: `isValid(datum.${name}50)` }]
  const bar = { type: 'rule', strokeWidth: barWidth, opacity: 0.35, color }
  const mark = { type: 'point', filled: true, size: 14, opacity: 1, color }
  return [
    { transform, mark: bar, encoding: { x, y, y2: { field: `${name}Max` } } },
    { transform, mark, encoding: { x, y } }
  ]
}

function faultBand({ downFrom, downTo }: Plan, x: object): object {
  return {
    data: { values: [{ downFrom, downTo }] },
    mark: { type: 'rect', color: refused, opacity: 0.13 },
    encoding: { x: { ...x, field: 'downFrom' }, x2: { field: 'downTo' } }
  }
}

function nameOf({ downFrom, downTo }: Plan, x: object): object {
  return {
    data: { values: [{ middle: (downFrom + downTo) / 2 }] },
    mark: { type: 'text', text: 'delivery is down', y: -6, fontSize: 11, color: refused },
    encoding: { x: { ...x, field: 'middle' } }
  }
}

/** Without values there is nothing to draw. */
function named(name: string, { n, p50, max }: SecondFigures['answer']) {
  return n === 0 ? {} : { [`${name}50`]: Math.max(1, p50), [`${name}Max`]: Math.max(1, max) }
}
