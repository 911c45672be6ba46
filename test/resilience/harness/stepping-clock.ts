import { readFileSync } from 'node:fs'

// Loaded before a service with `--import`: shifts its clock by the milliseconds in a file, which may change at any time.
const file = process.env['CLOCK_OFFSET_FILE'] ?? ''
const RealDate = Date
let offset = 0

setInterval(() => {
  try {
    offset = Number(readFileSync(file, 'utf8'))
  } catch {
    offset = 0
  }
}, 50).unref()

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offset] : args, newTarget) as object,
  apply: () => new RealDate(RealDate.now() + offset).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + offset : (Reflect.get(target, name, receiver) as unknown)
})
