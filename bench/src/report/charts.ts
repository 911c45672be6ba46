import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

export type Chart = TopLevelSpec
export type Point = { readonly series: string; readonly x: number; readonly y: number }
export type Bar = { readonly label: string; readonly value: number; readonly least: number; readonly most: number }

const shared = { width: 460, background: 'white', config: { title: { anchor: 'start', fontSize: 15 } } } as const

/** One line for each series. The y axis is logarithmic, because the variants differ by powers of ten. */
export function lineChart(text: { title: string; x: string; y: string }, points: readonly Point[]): Chart {
  return {
    ...shared,
    title: text.title,
    height: 300,
    data: { values: [...points] },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'ordinal', title: text.x, axis: { labelAngle: 0, format: ',' } },
      y: { field: 'y', type: 'quantitative', title: text.y, scale: { type: 'log' } },
      color: { field: 'series', type: 'nominal', sort: null, title: null, legend: { labelLimit: 0 } }
    }
  }
}

/** Horizontal bars, each with a line from the lowest to the highest round. */
export function barChart(text: { title: string; x: string }, bars: readonly Bar[]): Chart {
  return {
    ...shared,
    title: text.title,
    height: { step: 26 },
    data: { values: [...bars] },
    encoding: { y: { field: 'label', type: 'nominal', sort: null, title: null, axis: { labelLimit: 0 } } },
    layer: [
      { mark: 'bar', encoding: { x: { field: 'value', type: 'quantitative', title: text.x } } },
      { mark: 'rule', encoding: { x: { field: 'least', type: 'quantitative' }, x2: { field: 'most' } } },
      {
        mark: { type: 'text', align: 'left', dx: 6 },
        encoding: {
          x: { field: 'most', type: 'quantitative' },
          text: { field: 'value', type: 'quantitative', format: ',.0f' }
        }
      }
    ]
  }
}

export function renderSvg(chart: Chart): Promise<string> {
  return new View(parse(compile(chart).spec), { renderer: 'none' }).toSVG()
}
