import { fileURLToPath } from 'node:url'
import { createLogger, type Logger, migrate, type Service } from '@outbox-cdc/service-kit'
import { createServiceDatabase, type TestDatabase } from '@outbox-cdc/test-support/use-stack'
import * as account from '../account/service.ts'
import * as product from '../product/service.ts'
import * as purchase from '../purchase/service.ts'

type Folder = 'account' | 'product' | 'purchase'

/** An empty database with the tables of a service. */
export function createDatabaseOf(folder: Folder): Promise<TestDatabase> {
  const directory = fileURLToPath(new URL(`../${folder}/migrations`, import.meta.url))
  return createServiceDatabase(folder, url => migrate({ url, directory, report: () => undefined }))
}

type Running = { readonly url: string; readonly stop: () => Promise<void> }

/** Starts a service in this process, at a free port. */
export async function startService(
  folder: Folder,
  variables: Readonly<Record<string, string>>,
  logger: Logger = createLogger(folder, 'silent')
): Promise<Running> {
  const service = create(folder, { HTTP_PORT: '0', ...variables }, logger)
  const port = await service.start()
  return { url: `http://127.0.0.1:${port}`, stop: service.stop }
}

function create(folder: Folder, env: Readonly<Record<string, string>>, logger: Logger): Service {
  if (folder === 'account') return account.createService(account.configSchema.parse(env), logger)
  if (folder === 'product') return product.createService(product.configSchema.parse(env), logger)
  return purchase.createService(purchase.configSchema.parse(env), logger)
}
