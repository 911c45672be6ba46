import { fileURLToPath } from 'node:url'
import { migrate } from '@outbox-cdc/service-kit'
import type { Answers, RunningProvider } from '../contract.ts'

/** Starts a provider in this process on a new empty database, which gets its tables first. */
export async function startAnswers(
  { migrations, start }: Answers,
  mysql: () => Promise<string>
): Promise<RunningProvider> {
  const url = await mysql()
  await migrate({ url, directory: fileURLToPath(migrations), report: () => undefined })
  return start(url)
}
