import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'

type Target = {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly datasource: object
}

export type Panel = {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: object
  readonly gridPos: Readonly<Record<'h' | 'w' | 'x' | 'y', number>>
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } }
  readonly targets?: readonly Target[]
}

export type Board = {
  readonly file: string
  readonly uid: string
  readonly title: string
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: { readonly query: string } }[]
  }
  readonly annotations: { readonly list: readonly { readonly datasource: object }[] }
  readonly panels: readonly Panel[]
}

export const boards: readonly Board[] = globSync('ops/grafana/boards/*.json', { cwd: root })
  .toSorted()
  .map(file => ({ file: basename(file), ...JSON.parse(readFileSync(join(root, file), 'utf8')) }))

/** Each query of the boards, as Grafana sends it while all services are chosen. */
export const queries = boards.flatMap(({ title, panels }) =>
  panels.flatMap(panel =>
    (panel.targets ?? []).map(({ expr, legendFormat }) => ({
      where: `${title}: ${panel.title}`,
      legend: legendFormat,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*')
    }))
  )
)
