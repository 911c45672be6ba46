import type { Runtime } from './runtime.ts'

export type Pod = { readonly id: string; remove(): Promise<void> }

/**
 * A container that only holds the network for others and publishes their ports on loopback under the same numbers. So an
 * address such as 127.0.0.1:20123 means the same to a part, to its neighbours and to this machine, and it outlives them.
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
