import type { ConnectApi, ConnectorStatus } from './connect-api.ts'
import type { Flow, Judgement } from './verdict.ts'
import { judge, verdicts } from './verdict.ts'

export type ConnectorState = Judgement & {
  readonly name: string
  readonly status: ConnectorStatus
  readonly flow: Flow | undefined
}

/** Every connector of the cluster with one verdict, the worst first, in one request. */
export async function connectorStates(
  api: ConnectApi,
  flows: ReadonlyMap<string, Flow> = new Map()
): Promise<readonly ConnectorState[]> {
  type Expanded = Record<string, { status: ConnectorStatus }>
  const expanded = await api.request<Expanded>('GET', '/connectors?expand=status&expand=info')
  return Object.entries(expanded)
    .map(([name, { status }]) => ({ name, status, flow: flows.get(name), ...judge(status, flows.get(name)) }))
    .toSorted((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) || a.name.localeCompare(b.name))
}

type KeeperHealth = { readonly connectors: readonly ({ readonly name: string } & Flow)[] }

/** What the keeper measured last; nothing when no keeper answers there. */
export async function flowsFromKeeper(keeperUrl: string): Promise<ReadonlyMap<string, Flow>> {
  try {
    const response = await fetch(`${keeperUrl}/health`, { signal: AbortSignal.timeout(2_000) })
    const { connectors } = (await response.json()) as KeeperHealth
    return new Map(connectors.map(({ name, ...flow }) => [name, flow]))
  } catch {
    return new Map()
  }
}
