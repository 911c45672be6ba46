import type { ContainerRuntimeClient } from 'testcontainers'
import { StackError } from '../errors.ts'

/** Docker through testcontainers, whose reaper removes what a killed run leaves, by the labels. */
export type Runtime = {
  readonly client: ContainerRuntimeClient
  /** Pulls the image where it is not there. */
  create(image: string, options: Omit<ContainerCreateOptions, 'Image' | 'Labels'>): Promise<Container>
}

export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>
type ContainerCreateOptions = Parameters<ContainerRuntimeClient['container']['create']>[0]

/** testcontainers is only loaded here: its import takes a second, and the images of this project don't contain it. */
export async function openRuntime(): Promise<Runtime> {
  const { LABEL_TESTCONTAINERS_SESSION_ID, ImageName, getContainerRuntimeClient, getReaper } = await import(
    'testcontainers'
  )
  try {
    const client = await getContainerRuntimeClient()
    const { sessionId } = await getReaper(client)
    const Labels = { 'org.testcontainers': 'true', [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId }
    return {
      client,
      async create(image, options) {
        await client.image.pull(ImageName.fromString(image))
        return client.container.create({ Image: image, Labels, ...options })
      }
    }
  } catch (error) {
    const advice =
      'Start Docker, or use STACK=process. Where the image of its reaper cannot be had: TESTCONTAINERS_RYUK_DISABLED=true.'
    throw new StackError('ENGINE_MISSING', `Containers cannot be started. ${(error as Error).message} ${advice}`, {
      cause: error
    })
  }
}

/**
 * A container that only holds the network for others and publishes their ports on loopback under the same numbers. So an
 * address such as 127.0.0.1:20123 means the same inside the containers and on this machine.
 */
export async function startPod(runtime: Runtime, image: string, ports: readonly number[]): Promise<Container> {
  const container = await runtime.create(image, {
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
  return container
}
