import type { ContainerRuntimeClient } from 'testcontainers'
import { StackError } from '../errors.ts'

/** Docker through testcontainers, whose reaper removes what a killed run leaves, by the labels. */
export type Runtime = {
  readonly client: ContainerRuntimeClient
  readonly labels: Readonly<Record<string, string>>
  /** Pulls an image that is not there. */
  pull(image: string): Promise<void>
}

/** testcontainers is only loaded here: its import takes a second, and the images of this project don't contain it. */
export async function openRuntime(): Promise<Runtime> {
  const { LABEL_TESTCONTAINERS_SESSION_ID, ImageName, getContainerRuntimeClient, getReaper } = await import(
    'testcontainers'
  )
  try {
    const client = await getContainerRuntimeClient()
    const { sessionId } = await getReaper(client)
    return {
      client,
      labels: { 'org.testcontainers': 'true', [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId },
      pull: image => client.image.pull(ImageName.fromString(image))
    }
  } catch (error) {
    const advice =
      'Start Docker, or use STACK=process. Where the image of its reaper cannot be had: TESTCONTAINERS_RYUK_DISABLED=true.'
    throw new StackError('ENGINE_MISSING', `Containers cannot be started. ${(error as Error).message} ${advice}`, {
      cause: error
    })
  }
}

export type Pod = { readonly id: string; remove(): Promise<void> }

/**
 * A container that only holds the network for others and publishes their ports on loopback under the same numbers. So an
 * address such as 127.0.0.1:20123 means the same inside the containers and on this machine.
 */
export async function startPod(runtime: Runtime, image: string, ports: readonly number[]): Promise<Pod> {
  await runtime.pull(image)
  const container = await runtime.client.container.create({
    Image: image,
    Labels: { ...runtime.labels },
    Entrypoint: ['sleep'],
    Cmd: ['infinity'],
    ExposedPorts: Object.fromEntries(ports.map(port => [`${port}/tcp`, {}])),
    HostConfig: {
      Init: true,
      PortBindings: Object.fromEntries(
        ports.map(port => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: String(port) }]])
      )
    }
  })
  await container.start()
  return { id: container.id, remove: async () => void (await container.remove({ force: true, v: true })) }
}
