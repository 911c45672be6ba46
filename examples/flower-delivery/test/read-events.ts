import { onTestFinished } from 'vitest'
import { bearer } from './as-operator.ts'

type Sent = { readonly event: string; readonly data: Readonly<Record<string, unknown>> }

/** Follows the gateway's events until the end of the test. */
export async function readEvents(url: string) {
  const hangUp = new AbortController()
  onTestFinished(() => hangUp.abort())
  const { body } = await fetch(`${url}/events`, { headers: bearer, signal: hangUp.signal })
  const events: Sent[] = []
  async function read(): Promise<void> {
    let rest = ''
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, event = '', data = '{}'] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? []
        if (event !== '') events.push({ event, data: JSON.parse(data) as Sent['data'] })
      }
    }
  }
  return { events, ended: read().catch(() => undefined) }
}
