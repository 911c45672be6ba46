/** @import { Graph, GraphEdge } from '../../api/page-shapes.ts' */

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {Point & { name: string, label: string, width: number, height: number }} PlacedNode `x` and `y` are its middle
 * @typedef {GraphEdge & { start: Point, control: Point, end: Point }} PlacedEdge a quadratic curve
 * @typedef {{ title: string, width: number, height: number, nodes: PlacedNode[], edges: PlacedEdge[] }} Group
 */

const nodeHeight = 34
const characterWidth = 8.2
const padding = 16
const roomEach = 46
/** Between the curves of one pair. */
const spread = 30

/**
 * A picture for each system, the largest first: its participants on an ellipse, and each edge as a curve of its own. The
 * same graph gives the same picture, in whatever order it comes.
 * @param {Graph} graph
 * @returns {Group[]}
 */
export function layOut(graph) {
  const groups = groupsOf(graph).map(({ names, edges }) => {
    const { title, labels } = titleOf(names)
    const sizes = names.map(name => ({
      name,
      label: labels.get(name) ?? name,
      width: widthOf(labels.get(name) ?? name),
      height: nodeHeight
    }))
    return { title, ...place(sizes, edges) }
  })
  return groups.toSorted((a, b) => b.nodes.length - a.nodes.length || compare(a.title, b.title))
}

/** @param {Graph} graph */
function groupsOf({ nodes, edges }) {
  /** @type {Map<string, Set<string>>} */
  const groups = new Map(nodes.map(({ name }) => [name, new Set([name])]))
  for (const { from, to } of edges) {
    const joined = new Set([...(groups.get(from) ?? [from]), ...(groups.get(to) ?? [to])])
    for (const name of joined) groups.set(name, joined)
  }
  return [...new Set(groups.values())].map(group => ({
    names: [...group].toSorted(compare),
    edges: edges.filter(({ from }) => group.has(from)).toSorted((a, b) => compare(keyOf(a), keyOf(b)))
  }))
}

/** The part before the dot, if all have the same, stands once in the title. @param {readonly string[]} names */
function titleOf(names) {
  const systems = new Set(names.map(name => name.slice(0, name.indexOf('.') + 1)))
  const [system = ''] = systems
  const prefix = systems.size === 1 ? system : ''
  return {
    title: prefix.slice(0, -1) || names.join(', '),
    labels: new Map(names.map(name => [name, name.slice(prefix.length)]))
  }
}

/** @param {readonly Omit<PlacedNode, 'x' | 'y'>[]} sizes @param {readonly GraphEdge[]} edges */
function place(sizes, edges) {
  const ordered = withFewestCrossings(sizes, edges)
  const widest = Math.max(...sizes.map(({ width }) => width))
  let radius = sizes.length === 1 ? 0 : Math.max((widest + 110) / 2, roomEach * sizes.length)
  let nodes = onEllipse(ordered, radius)
  // The ellipse grows until no name lies on another, and no curve runs through one that it doesn't belong to.
  for (let tries = 0; tries < 40 && isCramped(nodes, edges); tries++) nodes = onEllipse(ordered, (radius *= 1.12))
  return framed(nodes, drawEdges(nodes, edges))
}

/** @param {readonly Omit<PlacedNode, 'x' | 'y'>[]} sizes @param {number} radius @returns {PlacedNode[]} */
function onEllipse(sizes, radius) {
  // Two stand side by side, more begin at the top.
  const first = sizes.length === 2 ? Math.PI : -Math.PI / 2
  return sizes.map((node, index) => {
    const angle = first + (2 * Math.PI * index) / sizes.length
    return { ...node, x: Math.round(radius * Math.cos(angle)), y: Math.round(0.62 * radius * Math.sin(angle)) }
  })
}

/** @param {readonly PlacedNode[]} nodes @param {readonly GraphEdge[]} edges */
function isCramped(nodes, edges) {
  if (nodes.some((a, at) => nodes.slice(at + 1).some(b => overlap(a, b, 24)))) return true
  return drawEdges(nodes, edges).some(edge => {
    const others = nodes.filter(({ name }) => name !== edge.from && name !== edge.to)
    return pointsOf(edge).some(point => others.some(node => isInside(point, node, 4)))
  })
}

/** @param {PlacedNode} a @param {PlacedNode} b @param {number} gap */
function overlap(a, b, gap) {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap
}

/** @param {Point} point @param {PlacedNode} node @param {number} gap */
export function isInside(point, node, gap = 0) {
  return Math.abs(point.x - node.x) < node.width / 2 + gap && Math.abs(point.y - node.y) < node.height / 2 + gap
}

/** @param {readonly PlacedNode[]} nodes @param {readonly GraphEdge[]} edges @returns {PlacedEdge[]} */
function drawEdges(nodes, edges) {
  const byName = new Map(nodes.map(node => [node.name, node]))
  const pairs = Map.groupBy(edges, ({ from, to }) => [from, to].toSorted(compare).join('\n'))
  return [...pairs.values()].flatMap(together =>
    together.flatMap((edge, index) => {
      const [from, to] = [byName.get(edge.from), byName.get(edge.to)]
      if (from === undefined || to === undefined) return []
      return [{ ...edge, ...curve(from, to, (index - (together.length - 1) / 2) * spread) }]
    })
  )
}

/** @param {PlacedNode} from @param {PlacedNode} to @param {number} bend how far the curve's middle lies beside the line */
function curve(from, to, bend) {
  // One side of the line is the same for both directions, so that two curves never lie on each other.
  const [a, b] = compare(from.name, to.name) < 0 ? [from, to] : [to, from]
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
  const [acrossX, acrossY] = [-(b.y - a.y) / length, (b.x - a.x) / length]
  const at = (/** @type {Point} */ { x, y }, /** @type {number} */ by) => ({ x: x + acrossX * by, y: y + acrossY * by })
  const control = at({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, 2 * bend)
  const start = borderOf(from, control, 2)
  return { start, control: rounded(control), end: borderOf(to, control, 4) }
}

/** Where a line from the middle of a node leaves its box. @param {PlacedNode} node @param {Point} towards @param {number} gap */
function borderOf(node, towards, gap) {
  const [dx, dy] = [towards.x - node.x, towards.y - node.y]
  const reach = Math.min(
    (node.width / 2 + gap) / Math.abs(dx || 0.001),
    (node.height / 2 + gap) / Math.abs(dy || 0.001)
  )
  return rounded({ x: node.x + dx * reach, y: node.y + dy * reach })
}

/** @param {Point} point */
function rounded({ x, y }) {
  return { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 }
}

/** A place on a curve: 0 is its start, 1 its end. @param {PlacedEdge} edge @param {number} t @returns {Point} */
export function pointOn({ start, control, end }, t) {
  const mix = (/** @type {'x' | 'y'} */ axis) =>
    (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * control[axis] + t ** 2 * end[axis]
  return rounded({ x: mix('x'), y: mix('y') })
}

/** @param {PlacedEdge} edge */
export function pointsOf(edge) {
  return Array.from({ length: 21 }, (_, index) => pointOn(edge, index / 20))
}

/** Moves all into a frame that begins at 0, 0. @param {PlacedNode[]} nodes @param {PlacedEdge[]} edges */
function framed(nodes, edges) {
  const points = [
    ...nodes.flatMap(({ x, y, width, height }) => [
      { x: x - width / 2, y: y - height / 2 },
      { x: x + width / 2, y: y + height / 2 }
    ]),
    ...edges.flatMap(pointsOf)
  ]
  const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))]
  const [top, bottom] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))]
  const move = (/** @type {Point} */ { x, y }) => rounded({ x: x - left + padding, y: y - top + padding })
  return {
    width: Math.ceil(right - left + 2 * padding),
    height: Math.ceil(bottom - top + 2 * padding),
    nodes: nodes.map(node => ({ ...node, ...move(node) })),
    edges: edges.map(edge => ({ ...edge, start: move(edge.start), control: move(edge.control), end: move(edge.end) }))
  }
}

/** All orders of eight participants are tried within milliseconds; more keep the order of their names. */
const mostTried = 7

/**
 * @template {{ name: string }} T
 * @param {readonly T[]} nodes
 * @param {readonly GraphEdge[]} edges
 */
function withFewestCrossings(nodes, edges) {
  const [first, ...others] = nodes
  if (first === undefined || nodes.length < 4 || nodes.length > mostTried) return nodes
  const lines = [
    ...new Map(edges.map(({ from, to }) => [[from, to].toSorted(compare).join('\n'), [from, to]])).values()
  ]
  let best = nodes
  let fewest = Infinity
  for (const order of ordersOf(others)) {
    const candidate = [first, ...order]
    const count = crossings(new Map(candidate.map(({ name }, index) => [name, index])), lines)
    if (count < fewest) [best, fewest] = [candidate, count]
  }
  return best
}

/**
 * @template T
 * @param {readonly T[]} items
 * @returns {T[][]}
 */
function ordersOf(items) {
  if (items.length === 0) return [[]]
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map(rest => [item, ...rest]))
}

/** How many pairs of lines cross, as chords of a circle. @param {Map<string, number>} places @param {readonly string[][]} lines */
function crossings(places, lines) {
  const chords = lines.map(names => names.map(name => places.get(name) ?? 0).toSorted((a, b) => a - b))
  const cross = (/** @type {number[]} */ [a = 0, b = 0], /** @type {number[]} */ [c = 0, d = 0]) =>
    (a < c && c < b && b < d) || (c < a && a < d && d < b)
  return chords.reduce(
    (count, chord, at) => count + chords.slice(at + 1).filter(other => cross(chord, other)).length,
    0
  )
}

/** @param {GraphEdge} edge */
export function keyOf({ from, to, kind }) {
  return [from, to, kind].join('\n')
}

/** @param {string} label */
function widthOf(label) {
  return Math.ceil(label.length * characterWidth + 24)
}

/** The same on every machine, whatever its language. @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : Number(a > b)
}
