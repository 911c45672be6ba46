import { buildForPacking, restoreWorkspace } from './pack/pack-outbox.ts'

// What npm runs around `npm pack` in packages/outbox (or at the root, with -w packages/outbox).
if (process.argv[2] === 'before') await buildForPacking()
else await restoreWorkspace()
