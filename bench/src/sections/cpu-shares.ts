/** The used parts of a V8 CPU profile (`node --cpu-prof`). Times are in microseconds. */
export type CpuProfile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
type CallFrame = { readonly functionName: string; readonly url: string }

/** Percent of the busy time by owner, the largest first. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Readonly<Record<string, number>> {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]))
  const spent = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id) ?? 'the rest'
    if (owner !== idle) spent.set(owner, (spent.get(owner) ?? 0) + Math.max(0, timeDeltas[index] ?? 0))
  }
  const busy = [...spent.values()].reduce((sum, time) => sum + time, 0)
  return Object.fromEntries(
    [...spent]
      .toSorted(([, one], [, other]) => other - one)
      .map(([owner, time]) => [owner, Math.round((time * 1000) / busy) / 10])
  )
}

const idle = '(idle)'

/** A package by its name, our own code by its folder, and Node's native work by its purpose. */
function ownerOf({ functionName, url }: CallFrame): string {
  if (functionName === idle) return idle
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (/^(writev?|writeBuffer|writeUtf8String|writeLatin1String)$/.test(functionName) && url === '')
    return 'writing to sockets and files'
  if (functionName === '(program)' || url === '') return 'native code'
  if (url.startsWith('node:')) return 'Node.js'
  const dependency = url.split('/node_modules/').at(-1)
  if (dependency !== undefined && dependency !== url)
    return /^(@[^/]+\/[^/]+|[^/]+)/.exec(dependency)?.[0] ?? 'the rest'
  return /\/((?:packages|bench)\/[^/]+|[^/]+-service)\//.exec(url)?.[1] ?? 'the rest'
}
