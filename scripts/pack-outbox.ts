import { packOutbox } from './pack/pack-outbox.ts'

// Builds packages/outbox as JavaScript with types and packs it: npm run pack, in packages/outbox or with a folder for
// the tarball as its argument. The workspace itself needs no build: it runs the TypeScript as it stands.
console.log(await packOutbox(process.argv[2] ?? process.env['INIT_CWD'] ?? process.cwd()))
