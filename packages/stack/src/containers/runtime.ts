import type { ContainerRuntimeClient } from 'testcontainers'
import { StackError } from '../errors.ts'

/** testcontainers' way to the engine; its reaper removes what a killed run leaves, by the labels. */
export type Runtime = {
  readonly client: ContainerRuntimeClient
  readonly labels: Readonly<Record<string, string>>
  /** Pulls an image that is not there. */
  pull(image: string): Promise<void>
}

/** Loaded only when asked for: nobody else waits for it, and images of ours do without it. */
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
