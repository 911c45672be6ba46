import { expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { flowerPeople } from '../../support/flower.ts'
import { curlCommands, type DocumentedCommand, runAt, withoutTimes } from '../../support/readme-commands.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'

type Target = { readonly pipeline: TestPipeline; readonly people: ReturnType<typeof flowerPeople> }

/** Runs what the README of the example shows. It must come first: the README counts from order 1. */
export function readmeSuite(target: () => Target): void {
  let variables = {}

  it('answers the commands of its README as the README shows, also while payment is down', async () => {
    const { pipeline, people } = target()
    const payment = pipeline.services.get('payment')
    const { dir } = pipeline.settings
    variables = { DATA_DIR: dir, TOKEN: await people.token() }
    const commands = await curlCommands('examples/flower-delivery/README.md')
    const first = commands.findIndex(({ command }) => command.includes('박지민'))
    const [pending, unpaid, paid, refused] = commands.slice(first)
    expect([first, commands.length]).toEqual([38, 42])
    for (const each of commands.slice(0, first)) await answersAsShown(each)

    await payment?.stop()
    for (const each of [pending, unpaid]) await answersAsShown(each, { once: true })
    await payment?.start()
    await answersAsShown(paid)
    await payment?.stop()
    await eventually(async () => expect((await people.placeOrder({ itemId: 1 })).status).toBe(503))
    await answersAsShown(refused, { once: true })
    await payment?.start()
  })

  async function answersAsShown(documented: DocumentedCommand | undefined, { once = false } = {}): Promise<void> {
    const { command = '', output = [] } = documented ?? {}
    const check = (answer: string) => {
      expect(answer, command).not.toContain('"status":404')
      for (const line of output) expect(plain(answer)).toContain(plain(line))
    }
    const { pipeline } = target()
    const isOrder = command.includes('-X POST localhost:8088/orders ')
    if (once) check(await runAt(pipeline.settings, command, variables))
    else if (isOrder) check(await paidInTheEnd(await runAt(pipeline.settings, command, variables)))
    // What may be repeated is asked again until the events have arrived.
    else await eventually(async () => check(await runAt(pipeline.settings, command, variables)))
  }

  /** On a busy machine, payment may take longer than an order waits for it. */
  async function paidInTheEnd(answer: string): Promise<string> {
    const [, id] = /"id":(\d+),.*"orderStatus":"PAYMENT_PENDING"/.exec(answer) ?? []
    if (id === undefined) return answer
    await target().people.isPaid(Number(id))
    return answer.replace('PAYMENT_PENDING', 'PAID')
  }
}

const plain = (text: string) =>
  withoutTimes(text)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/(retry-after: |in )\d+/g, '$1N')
