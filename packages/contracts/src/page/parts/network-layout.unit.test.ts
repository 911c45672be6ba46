import { beforeAll, describe, expect, it } from 'vitest'
import type { Graph } from '../../api/page-shapes.ts'
import { allSystems, edgesOf } from '../../participants.ts'
import { isInside, keyOf, layOut, pointsOf } from './network-layout.js'

describe('the network of all systems', () => {
  let graph: Graph

  beforeAll(async () => {
    const edges = edgesOf(await allSystems()).map(({ consumer, provider, kind }) => {
      return { from: consumer.name, to: provider.name, kind, status: 'verified' as const }
    })
    const names = new Set(edges.flatMap(({ from, to }) => [from, to]))
    graph = { nodes: [...names].map(name => ({ name })), edges }
  })

  it('has a group for each system, and calls the services in it by their own names', () => {
    const groups = layOut(graph).map(({ title, nodes }) => [title, nodes.length])
    expect(groups).toHaveLength(5)
    expect(groups[0]).toEqual(['flower-delivery', 6])
    expect(layOut(graph).flatMap(({ nodes }) => nodes.map(({ label }) => label))).not.toContainEqual(
      expect.stringContaining('.')
    )
  })

  it('shows each participant and each edge once', () => {
    const groups = layOut(graph)
    const names = groups.flatMap(({ nodes }) => nodes.map(({ name }) => name))
    expect(names.toSorted()).toEqual(graph.nodes.map(({ name }) => name).toSorted())
    const edges = groups.flatMap(group => group.edges.map(keyOf))
    expect(edges.toSorted()).toEqual(graph.edges.map(keyOf).toSorted())
  })

  it('draws no two curves alike', () => {
    const curves = layOut(graph).map(({ edges }) =>
      edges.map(edge =>
        pointsOf(edge)
          .map(({ x, y }) => `${x} ${y}`)
          .toSorted()
          .join()
      )
    )
    for (const group of curves) expect(new Set(group).size).toBe(group.length)
  })

  it('lets no name lie on another, and no curve run through a name', () => {
    for (const { nodes, edges } of layOut(graph)) {
      for (const [at, a] of nodes.entries())
        for (const b of nodes.slice(at + 1)) {
          const apart =
            Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2
          expect({ names: [a.name, b.name], apart }).toEqual({ names: [a.name, b.name], apart: true })
        }
      for (const edge of edges) {
        const crossed = nodes
          .filter(node => pointsOf(edge).some(point => isInside(point, node)))
          .map(({ name }) => name)
        expect({ edge: keyOf(edge), crossed }).toEqual({ edge: keyOf(edge), crossed: [] })
      }
    }
  })

  it('keeps everything within its frame', () => {
    for (const { width, height, nodes, edges } of layOut(graph))
      for (const { x, y } of [...nodes, ...edges.flatMap(pointsOf)]) {
        expect(x).toBeGreaterThan(0)
        expect(y).toBeGreaterThan(0)
        expect(x).toBeLessThan(width)
        expect(y).toBeLessThan(height)
      }
  })

  it('looks the same in whatever order the graph comes', () => {
    const turned = { nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() }
    expect(layOut(turned)).toEqual(layOut(graph))
  })
})
