import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Part, waitForAnswer } from '../process/part.ts'
import type { Runtime } from './runtime.ts'

type Container = ReturnType<Runtime['client']['container']['getById']>

export type ContainerSpec = {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly user?: string
  /** Folders of this machine, read-only and at the same path inside. */
  readonly folders?: readonly string[]
  /** The container whose network this one shares, so that all parts meet at 127.0.0.1 as processes do. */
  readonly pod: string
  readonly logFile: string
  readonly answers: () => Promise<void>
}

/** A container as a part. `remove` also removes its data. */
export type ContainerPart = Part & { remove(): Promise<void> }

export async function createContainerPart(runtime: Runtime, spec: ContainerSpec): Promise<ContainerPart> {
  const container = await create(runtime, spec)
  let pid: number | undefined
  let exited: Promise<void> = Promise.resolve()
  let wanted = false
  let frozen = false
  const listeners: ((how: string) => void)[] = []

  async function start(): Promise<void> {
    if (pid !== undefined) return
    const since = Math.floor(Date.now() / 1000)
    await container.start()
    await keepLog(runtime, container, { file: spec.logFile, since })
    exited = watch()
    pid = (await container.inspect()).State.Pid
    await waitForAnswer({ ...spec, startTimeoutMs: 120_000 }, () => pid !== undefined)
    wanted = true
  }

  async function watch(): Promise<void> {
    const { StatusCode } = (await container.wait().catch(() => ({ StatusCode: 'lost' }))) as { StatusCode: unknown }
    pid = undefined
    frozen = false
    if (wanted) for (const listener of listeners) listener(`exit code ${String(StatusCode)}`)
  }

  async function end(how: () => Promise<unknown>): Promise<void> {
    wanted = false
    if (pid === undefined) return
    await thaw() // Docker refuses to end a paused container
    await how()
    await exited
  }

  async function freeze(): Promise<void> {
    if (pid === undefined || frozen) return
    await container.pause()
    frozen = true
  }

  async function thaw(): Promise<void> {
    if (!frozen) return
    await container.unpause()
    frozen = false
  }

  return {
    name: spec.name,
    logFile: spec.logFile,
    pid: () => pid,
    start,
    stop: () => end(() => container.stop({ t: 20 })),
    kill: () => end(() => container.kill({ signal: 'SIGKILL' })),
    freeze,
    thaw,
    onUnexpectedExit: listener => void listeners.push(listener),
    async remove() {
      wanted = false
      await container.remove({ force: true, v: true })
    }
  }
}

async function create(runtime: Runtime, spec: ContainerSpec): Promise<Container> {
  await runtime.pull(spec.image)
  return runtime.client.container.create({
    Image: spec.image,
    Labels: { ...runtime.labels },
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    HostConfig: {
      NetworkMode: `container:${spec.pod}`,
      Binds: (spec.folders ?? []).map(folder => `${folder}:${folder}:ro`)
    }
  })
}

async function keepLog(
  { client }: Runtime,
  container: Container,
  { file, since }: { readonly file: string; readonly since: number }
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const log = await client.container.logs(container, { follow: true, stdout: true, stderr: true, since })
  log.pipe(createWriteStream(file, { flags: 'a' }))
}
