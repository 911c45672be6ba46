import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** Where a broker is, and how to log in there. */
export type BrokerAddress = { readonly url: string; readonly username?: string; readonly password?: string }

const program = fileURLToPath(import.meta.resolve('@pact-foundation/pact-cli/bin/pact-broker.js'))

/** Runs a command of the official `pact-broker` against a broker. Resolves with what it printed, also when it fails. */
export async function pactBroker(
  { url, username, password }: BrokerAddress,
  ...args: readonly string[]
): Promise<{ readonly ok: boolean; readonly code: number; readonly text: string }> {
  const {
    all,
    exitCode = -1,
    failed
  } = await execa(process.execPath, [program, ...args], {
    all: true,
    reject: false,
    timeout: 60_000,
    env: {
      PACT_DO_NOT_TRACK: 'true',
      NO_COLOR: '1',
      PACT_BROKER_BASE_URL: url,
      // By default it tries for a minute.
      PACT_BROKER_HTTP_RETRIES: '2',
      ...(username !== undefined && { PACT_BROKER_USERNAME: username }),
      ...(password !== undefined && { PACT_BROKER_PASSWORD: password })
    }
  })
  return { ok: !failed, code: exitCode, text: all.trim() }
}
