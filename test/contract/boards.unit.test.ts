import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Panel, boards, queries } from './boards.ts'
import { readBy } from './metrics-of-parts.ts'

const read = async (file: string) => parse(await readFile(join(root, file), 'utf8'))
const { datasources } = await read('ops/grafana/provisioning/datasources/prometheus.yml')
const source = { type: datasources[0].type, uid: datasources[0].uid }

it.each(queries)('$where reads metrics and labels that exist: $expr', ({ expr, legend }) => {
  const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
  expect(readBy(expr, shown)).toEqual({ metrics: expect.arrayContaining([expect.any(String)]), unknown: [] })
})

it('has boards with addresses of their own', () => {
  expect(boards.map(({ title }) => title)).toEqual(['Events', 'Services'])
  expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length)
})

describe.each(boards)('the board $title', ({ annotations, panels, templating }) => {
  const charts = panels.filter(({ type }) => type !== 'row')

  it('names its data source by the id that Grafana is given', () => {
    const used = [...charts, ...charts.flatMap(({ targets = [] }) => targets), ...annotations.list]
    for (const { datasource } of used) expect(datasource).toEqual(source)
  })

  it('numbers its panels, and lays none over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const [index, panel] of panels.entries())
      for (const other of panels.slice(index + 1))
        expect([panel.title, other.title, overlap(panel, other)]).toEqual([panel.title, other.title, false])
    for (const { title, gridPos } of panels) expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true])
  })

  it('says in one sentence what each panel shows, and in which unit', () => {
    for (const { title, description, fieldConfig, targets = [] } of charts) {
      expect([title, description]).toEqual([title, expect.stringMatching(/^[A-Z].{10,120}\.$/)])
      expect([title, fieldConfig?.defaults.unit]).toEqual([title, unitOf(targets[0]?.expr ?? '')])
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  it('uses only variables that it declares', () => {
    const used = [...JSON.stringify(panels).matchAll(/\$(?!__)(\w+)/g)].map(([, name]) => name)
    const declared = templating.list.map(({ name }) => name)
    expect(used.filter(name => !declared.includes(name ?? ''))).toEqual([])
  })
})

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

/** By the names of the metrics: base units are part of them. */
function unitOf(expr: string): unknown {
  if (/ \/ |cpu_seconds/.test(expr)) return 'percentunit'
  if (/\brate\((?!\w+_bucket)/.test(expr)) return expect.stringMatching(/^(reqps|cps|eps)$/)
  if (/_seconds/.test(expr)) return 's'
  if (/_bytes/.test(expr)) return 'bytes'
  return expr.includes('milliseconds') ? 'ms' : 'short'
}
