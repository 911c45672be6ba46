import { expect, it } from 'vitest'
import { sharesOf } from './cpu-shares.ts'

function profileOf(frames: readonly (readonly [functionName: string, url: string, time: number])[]) {
  return {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(([, , time]) => time)
  }
}

it('adds up the time of each package, folder and kind of native work, without idle time', () => {
  const shares = sharesOf(
    profileOf([
      ['(idle)', '', 900],
      ['query', 'file:///app/node_modules/knex/lib/client.js', 20],
      ['raw', 'file:///app/node_modules/knex/lib/raw.js', 10],
      ['encode', 'file:///app/node_modules/@scope/name/index.js', 10],
      ['settle', 'file:///app/packages/outbox/src/consumer/settle.ts', 20],
      ['createApp', 'file:///app/order-service/src/service.ts', 5],
      ['onread', 'node:internal/stream_base_commons', 5],
      ['writeUtf8String', '', 20],
      ['(garbage collector)', '', 10]
    ])
  )
  expect(shares).toEqual({
    knex: 30,
    'packages/outbox': 20,
    'writing to sockets and files': 20,
    '@scope/name': 10,
    'garbage collection': 10,
    'order-service': 5,
    'Node.js': 5
  })
})
