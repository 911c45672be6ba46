/** The partition that Kafka's producer chooses for a key: murmur2 of its bytes, without the sign. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

function murmur2(bytes: Uint8Array): number {
  const data = Buffer.from(bytes)
  const whole = data.length & ~3
  let hash = 0x9747b28c ^ data.length
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, multiplier) ^ mix(data.readInt32LE(at))
  if (data.length > whole) hash = Math.imul(hash ^ data.readUIntLE(whole, data.length - whole), multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

const multiplier = 0x5bd1e995

function mix(word: number): number {
  const product = Math.imul(word, multiplier)
  return Math.imul(product ^ (product >>> 24), multiplier)
}
