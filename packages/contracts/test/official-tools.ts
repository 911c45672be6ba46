import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Verifier, type VerifierOptions } from '@pact-foundation/pact'
import { type BrokerAddress, pactBroker as runTool } from '../src/pact-broker-tool.ts'

export type ToolResult = { readonly code: number; readonly output: string }

export type Tools = {
  /** Runs the official `pact-broker` command. */
  readonly pactBroker: (...args: readonly string[]) => Promise<ToolResult>
  readonly publish: (contract: object, ...args: readonly string[]) => Promise<ToolResult>
  /** Verifies a provider that answers each request with `body`, and publishes the result. Resolves whether it's green. */
  readonly verify: (provider: VerifiedProvider) => Promise<boolean>
}

type VerifiedProvider = {
  readonly name: string
  readonly version: string
  readonly branch: string
  readonly body: object
  readonly options?: Partial<VerifierOptions>
}

/** The official clients, against the broker at this address. */
export function officialTools(url: string, login: Omit<BrokerAddress, 'url'> = {}): Tools {
  const pactBroker: Tools['pactBroker'] = async (...args) => {
    const { code, text: output } = await runTool({ url, ...login }, ...args)
    return { code, output }
  }
  return {
    pactBroker,
    async publish(contract, ...args) {
      const dir = await mkdtemp(join(tmpdir(), 'pacts-'))
      try {
        await writeFile(join(dir, 'contract.json'), JSON.stringify(contract))
        return await pactBroker('publish', dir, ...args)
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    },
    async verify({ name, version, branch, body, options }) {
      const server = createServer((_, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const verifier = new Verifier({
        provider: name,
        providerBaseUrl: `http://127.0.0.1:${port}`,
        pactBrokerUrl: url,
        providerVersion: version,
        providerVersionBranch: branch,
        publishVerificationResult: true,
        consumerVersionSelectors: [{ mainBranch: true }, { deployedOrReleased: true }],
        logLevel: 'error',
        ...options
      })
      try {
        return await verifier.verifyProvider().then(
          () => true,
          () => false
        )
      } finally {
        server.closeAllConnections()
        server.close()
      }
    }
  }
}
