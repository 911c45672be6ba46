import { createWriteStream } from 'node:fs'
import { type Part, type Running, partOf } from '../process/part.ts'
import type { Container, Runtime } from './runtime.ts'

export type ContainerSpec = {
  readonly name: string
  readonly dir: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly user?: string
  /** Folders of this machine, read-only and at the same path inside. */
  readonly folders?: readonly string[]
  readonly answers: () => Promise<void>
}

/** A container as a part. */
export function createContainerPart(runtime: Runtime, container: Container, spec: ContainerSpec): Part {
  return partOf({ ...spec, startTimeoutMs: 120_000 }, logFile => launch(runtime, container, logFile))
}

/** A container that shares the network of another one, so that all parts meet at 127.0.0.1 as processes do. */
export function createContainer(runtime: Runtime, pod: Container, spec: ContainerSpec): Promise<Container> {
  return runtime.create(spec.image, {
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    HostConfig: {
      NetworkMode: `container:${pod.id}`,
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
