export type Series = { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }

type ChartText = { readonly title: string; readonly x: string; readonly y: string }

const size = { width: 760, height: 400, left: 70, right: 220, top: 44, bottom: 48 }
const colours = ['#0b6e4f', '#c8553d', '#3d5a80', '#8d6a9f', '#b08900', '#555555', '#2a9d8f', '#9b2226']

/** Lines over even steps of x, with a logarithmic y: latencies lie decades apart. */
export function lineChart(text: ChartText, series: readonly Series[]): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y)).filter(y => y > 0)
  const low = Math.floor(Math.log10(Math.min(...ys, 1)))
  const high = Math.ceil(Math.log10(Math.max(...ys, 10)))
  const place = {
    x: (value: number) => size.left + (plotWidth() * (xs.indexOf(value) + 0.5)) / Math.max(1, xs.length),
    y: (value: number) => size.top + plotHeight() * (1 - (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low))
  }
  const decades = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step))
  const grid = decades.map(value => horizontal(place.y(value), String(value)))
  const ticks = xs.map(value => label(place.x(value), size.height - size.bottom + 18, String(value)))
  const lines = series.map(({ points }, index) => {
    const path = points.map(([x, y]) => `${place.x(x).toFixed(1)},${place.y(y).toFixed(1)}`)
    const dots = path.map(point => `<circle cx="${point.replace(',', '" cy="')}" r="3" fill="${colour(index)}"/>`)
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour(index)}" stroke-width="2"/>${dots.join('')}`
  })
  const legend = series.map(({ name }, index) => legendLine(name, index))
  return frame(text, [...grid, ...ticks, ...lines, ...legend])
}

export type Bar = { readonly label: string; readonly value: number; readonly least: number; readonly most: number }

/** Horizontal bars from zero, with a line from the least to the most of the rounds. */
export function barChart(text: Pick<ChartText, 'title' | 'x'>, bars: readonly Bar[]): string {
  const top = Math.max(...bars.map(({ most }) => most), 1)
  const step = 26
  const height = size.top + bars.length * step + 30
  const left = 300
  const x = (value: number) => left + ((size.width - left - 90) * value) / top
  const drawn = bars.map((bar, index) => {
    const y = size.top + index * step
    const whisker = `<line x1="${x(bar.least).toFixed(1)}" x2="${x(bar.most).toFixed(1)}" y1="${y + 9}" y2="${y + 9}" stroke="#222" stroke-width="1.5"/>`
    const width = Math.max(0, x(bar.value) - left).toFixed(1)
    return [
      label(left - 8, y + 13, bar.label, 'end'),
      `<rect x="${left}" y="${y}" width="${width}" height="18" fill="${colour(index)}" opacity="0.85"/>`,
      whisker,
      label(x(bar.most) + 6, y + 13, Math.round(bar.value).toLocaleString('en-US'), 'start')
    ].join('')
  })
  return wrap(height, [heading(text.title), ...drawn, label(left, height - 8, text.x, 'start')])
}

export function escapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;'
  }
  // Control characters cannot stand in XML at all, not even escaped.
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f]/g, '').replace(/[&<>"']/g, character => named[character] ?? '')
}

function frame(text: ChartText, parts: readonly string[]): string {
  const middle = size.left + plotWidth() / 2
  const turned = `transform="rotate(-90 16 ${size.top + plotHeight() / 2})"`
  return wrap(size.height, [
    heading(text.title),
    ...parts,
    label(middle, size.height - 10, text.x),
    `<text x="16" y="${size.top + plotHeight() / 2}" text-anchor="middle" ${turned}>${escapeXml(text.y)}</text>`
  ])
}

function wrap(height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="${size.width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

function plotWidth(): number {
  return size.width - size.left - size.right
}

function plotHeight(): number {
  return size.height - size.top - size.bottom
}

function colour(index: number): string {
  return colours[index % colours.length] ?? '#222'
}

function heading(title: string): string {
  return `<text x="16" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>`
}

function horizontal(y: number, text: string): string {
  const end = size.left + plotWidth()
  return `<line x1="${size.left}" x2="${end}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#ddd"/>${label(size.left - 8, y + 4, text, 'end')}`
}

type Anchor = 'start' | 'middle' | 'end'

// oxlint-disable-next-line max-params -- a place, a text and where it hangs
function label(x: number, y: number, text: string, anchor: Anchor = 'middle'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeXml(text)}</text>`
}

function legendLine(name: string, index: number): string {
  const x = size.width - size.right + 16
  const y = size.top + 10 + index * 20
  return `<rect x="${x}" y="${y - 9}" width="12" height="12" fill="${colour(index)}"/>${label(x + 18, y + 1, name, 'start')}`
}
