import { expect, it } from 'vitest'
import { countEstablished } from './established.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 101
   2: 0100007F:1F90 0100007F:C351 08 00000000:00000000 00:00000000 00000000     0        0 102
   3: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 103
`

it('counts what is established at the port, not who listens, lingers or is the other end', () => {
  expect(countEstablished(table, 8080)).toBe(1)
  expect(countEstablished(table, 50_000)).toBe(1)
  expect(countEstablished(table, 80)).toBe(0)
})
