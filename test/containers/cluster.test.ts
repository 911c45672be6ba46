import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { get, post } from '../support/http.ts'
import { type OrderLoad, startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { type ComposeProject, createComposeProject } from './compose-project.ts'
import { dockerWith } from './engine/docker.ts'

const containers = inject('containers')
// Starts six Java processes at once, which on fewer cores takes longer than all other container tests together.
const cores = availableParallelism()
const skipped = containers.why !== undefined || cores < 4
if (containers.why === undefined && skipped)
  console.log(`The cluster is not tested: that takes 4 cores; here are ${cores}.`)
const docker = dockerWith(containers.why === undefined ? containers.env : {})
const patience = { timeoutMs: 90_000, everyMs: 200 }

describe.skipIf(skipped)('docker compose --env-file cluster.env up --wait', () => {
  let project: ComposeProject
  let load: OrderLoad
  const accepted: number[] = []
  const at = (variable: string) => `http://127.0.0.1:${project.published[variable]}`
  const orderServices = ['ORDER_SERVICE_PORT', 'ORDER_SERVICE_2_PORT', 'ORDER_SERVICE_3_PORT']

  beforeAll(async () => {
    project = await createComposeProject(docker, 'cluster.env')
    await project.compose('build', '--quiet')
    await project.compose('up', '--detach', '--wait')
    load = startOrderLoad({ send: placeSomewhere, perSecond: 10, mostOpen: 50 })
  })
  afterAll(async () => {
    await load?.stop()
    await project?.stop()
  })

  /** Tries three addresses in turn, as a client would. An order counts only when a replica has confirmed it. */
  async function placeSomewhere(): Promise<number> {
    for (const variable of orderServices) {
      const answer = await post(`${at(variable)}/order`, { name: 'joon', quantity: 95 }).catch(() => undefined)
      if (answer?.status !== 201) continue
      accepted.push(Number(answer.body.id))
      return Number(answer.body.id)
    }
    throw new Error('no order service takes an order')
  }

  async function delivered(id: number): Promise<void> {
    expect((await get(`${at('DELIVERY_SERVICE_2_PORT')}/deliveries/${id}`)).status).toBe(200)
  }

  /** The worker that runs the connector's only task, by its name in the compose file. */
  async function busyWorker(): Promise<string> {
    const { body } = await get(`${at('CONNECT_PORT')}/connectors/orders-connector/status`)
    const [task] = body.tasks as { worker_id: string }[]
    return task?.worker_id.split(':')[0] ?? ''
  }

  it.each([
    ['a broker', async () => 'kafka'],
    ['the worker that runs the connector', busyWorker],
    ['a replica of the order service', async () => 'order-service'],
    ['a replica of the delivery service', async () => 'delivery-service']
  ])('delivers on after the loss of %s', async (_, lost) => {
    await project.compose('kill', await lost())
    const order = await eventually(placeSomewhere, patience)
    await eventually(() => delivered(order), patience)
  })

  it('has lost no accepted order, and its keeper says that events flow again', async () => {
    await load.stop()
    expect(accepted.length).toBeGreaterThan(40)
    await eventually(() => Promise.all(accepted.map(delivered)), patience)
    expect(new Set(accepted).size).toBe(accepted.length)
    const { body } = await get(`http://127.0.0.1:${project.ports.keeper}/health`)
    expect(body).toMatchObject({ ok: true })
  })
})
