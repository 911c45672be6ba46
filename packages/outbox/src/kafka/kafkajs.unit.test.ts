import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { createKafkajs } from './kafkajs.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs
type Codec = {
  readonly compress: (encoder: { buffer: Buffer }) => Promise<Buffer>
  readonly decompress: (bytes: Buffer) => Promise<Buffer>
}
const codecs: Record<number, () => Codec | undefined> = CompressionCodecs
const { Snappy, LZ4, ZSTD } = CompressionTypes

it('registers the codecs that kafkajs lacks, and leaves one of the application', async () => {
  const own = () => undefined
  codecs[LZ4] = own
  createKafkajs({ brokers: ['127.0.0.1:1'] })
  expect(codecs[LZ4]).toBe(own)
  const text = 'x'.repeat(200_000)
  for (const type of [Snappy, ZSTD]) {
    const codec = codecs[type]?.()
    const compressed = (await codec?.compress({ buffer: Buffer.from(text) })) ?? Buffer.alloc(0)
    expect(compressed.length).toBeLessThan(text.length / 5)
    expect(String(await codec?.decompress(compressed))).toBe(text)
  }
})

it('rejects a snappy batch that is cut off', async () => {
  createKafkajs({ brokers: ['127.0.0.1:1'] })
  const header = Buffer.concat([Buffer.from('\x82SNAPPY\0', 'latin1'), Buffer.alloc(8), Buffer.from([0, 0, 0, 9, 1])])
  await expect(codecs[Snappy]?.()?.decompress(header)).rejects.toThrow(/chunk ends at 29/)
})
