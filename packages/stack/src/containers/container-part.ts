import { createWriteStream } from 'node:fs'
import { type Part, type Running, partOf } from '../process/part.ts'
import type { Runtime } from './runtime.ts'

type Container = ReturnType<Runtime['client']['container']['getById']>

export type ContainerSpec = {
  readonly name: string
  readonly dir: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly user?: string
  /** Folders of this machine, read-only and at the same path inside. */
  readonly folders?: readonly string[]
  /** The container whose network this one shares, so that all parts meet at 127.0.0.1 as processes do. */
  readonly pod: string
  readonly answers: () => Promise<void>
}

/** A container as a part. `remove` also removes its data. */
export type ContainerPart = Part & { remove(): Promise<void> }

export async function createContainerPart(runtime: Runtime, spec: ContainerSpec): Promise<ContainerPart> {
  const container = await create(runtime, spec)
  const part = partOf({ ...spec, startTimeoutMs: 120_000 }, logFile => launch(runtime, container, logFile))
  return { ...part, remove: () => container.remove({ force: true, v: true }) }
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

async function launch({ client }: Runtime, container: Container, logFile: string): Promise<Running> {
  const since = Math.floor(Date.now() / 1000)
  await container.start()
  const log = await client.container.logs(container, { follow: true, stdout: true, stderr: true, since })
  log.pipe(createWriteStream(logFile, { flags: 'a' }))
  const ended = container.wait().then(
    ({ StatusCode }: { StatusCode: number }) => `exit code ${StatusCode}`,
    () => 'exit code lost'
  )
  let frozen = false
  const thaw = async () => {
    if (frozen) await container.unpause()
    frozen = false
  }
  return {
    pid: (await container.inspect()).State.Pid,
    ended,
    async stop() {
      await thaw() // Docker refuses to end a paused container
      await container.stop({ t: 20 })
    },
    async kill() {
      await thaw()
      await container.kill({ signal: 'SIGKILL' })
    },
    async freeze() {
      if (!frozen) await container.pause()
      frozen = true
    },
    thaw
  }
}
