import { PrismaPg } from '@prisma/adapter-pg'
import * as runtime from '@prisma/client/runtime/client'
import type { PrismaTransactionClient } from '../src/transactions/prisma.ts'

type Transactions<Client> = {
  $transaction<T>(work: (tx: Client & Transactions<Client>) => Promise<T>): Promise<T>
}

// They have no types.
const { Module } = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Buffer) => unknown } }).WebAssembly
const compiler = (kind: string) => import(`@prisma/client/runtime/query_compiler_fast_bg.postgresql.${kind}`)

/** A client of Prisma without models. `prisma generate` writes the same settings, but it downloads an engine first. */
const PrismaClient = runtime.getPrismaClient({
  previewFeatures: [],
  clientVersion: '7.10.0',
  engineVersion: 'none',
  activeProvider: 'postgresql',
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
  runtimeDataModel: { models: {}, enums: {}, types: {} },
  // An empty list of names, and as many zero bytes as the header of an empty graph has.
  parameterizationSchema: { strings: [], graph: Buffer.alloc(16).toString('base64') },
  compilerWasm: {
    getRuntime: () => compiler('mjs'),
    getQueryCompilerWasmModule: async () => new Module(Buffer.from((await compiler('wasm-base64.mjs')).wasm, 'base64')),
    importName: './query_compiler_fast_bg.js'
  }
})

export type Prisma = PrismaTransactionClient & Transactions<PrismaTransactionClient> & { $disconnect(): Promise<void> }

export function openPrisma(url: string): Prisma {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }) as unknown as Prisma
}
