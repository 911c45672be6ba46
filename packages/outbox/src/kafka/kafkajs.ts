import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs'
// @ts-expect-error kafkajs has no types for its inner files.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

type Codec = {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>
  readonly decompress: (bytes: Buffer) => Promise<Buffer>
}

// Loaded when the first such record comes.
const wasm = () => import('@platformatic/wasm-utils/bundled')

const zstd: Codec = {
  compress: ({ buffer }) => promisify(zstdCompress)(buffer),
  decompress: bytes => promisify(zstdDecompress)(bytes)
}
const lz4: Codec = {
  compress: async ({ buffer }) => (await wasm()).lz4Compress(buffer),
  decompress: async bytes => (await wasm()).lz4Decompress(bytes)
}
const snappy: Codec = {
  compress: async ({ buffer }) => (await wasm()).snappyCompress(buffer),
  async decompress(bytes) {
    const { snappyDecompress } = await wasm()
    return Buffer.concat(snappyChunks(bytes).map(chunk => snappyDecompress(chunk)))
  }
}

const javaMagic = Buffer.from('\x82SNAPPY\0', 'latin1')
const javaHeaderBytes = 16

/** The compressed chunks: Java's clients and brokers write a header and chunks with their lengths, others one bare chunk. */
function snappyChunks(bytes: Buffer): readonly Buffer[] {
  if (!bytes.subarray(0, javaMagic.length).equals(javaMagic)) return [bytes]
  const chunks: Buffer[] = []
  for (let at = javaHeaderBytes; at < bytes.length; ) {
    const start = at + 4
    at = start + bytes.readUInt32BE(at)
    if (at > bytes.length)
      throw new RangeError(`A snappy chunk ends at ${at}, behind the batch of ${bytes.length} bytes`)
    chunks.push(bytes.subarray(start, at))
  }
  return chunks
}

/** Registers what kafkajs lacks, unless the application has registered a codec of its own. */
function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const codecs: Record<number, () => unknown> = CompressionCodecs
  const missing = [
    [CompressionTypes.Snappy, snappy],
    [CompressionTypes.LZ4, lz4],
    [CompressionTypes.ZSTD, zstd]
  ] as const
  for (const [type, codec] of missing) {
    try {
      codecs[type]?.()
    } catch {
      codecs[type] = () => codec
    }
  }
}

const checkPendingEveryMs = 10

type Queue = {
  readonly throttledUntil: number
  readonly pending: readonly unknown[]
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests: () => void
}

/** kafkajs sets timers to the year 1970, and Node 24 warns about each (tulios/kafkajs#1751). This sets only those needed. */
function scheduleCheckPendingRequests(this: Queue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
  const throttledMs = this.throttledUntil - Date.now()
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    },
    throttledMs > 0 ? throttledMs : checkPendingEveryMs
  )
}

/** A client of kafkajs that also reads Snappy, LZ4 and Zstandard, and causes no TimeoutNegativeWarning. */
export function createKafkajs(config: KafkaConfig): Kafka {
  registerCodecs()
  Object.assign((RequestQueue as { readonly prototype: object }).prototype, { scheduleCheckPendingRequests })
  return new kafkajs.Kafka(config)
}
