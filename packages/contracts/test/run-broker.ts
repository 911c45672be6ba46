import { createLogger } from '@outbox-cdc/service-kit'
import { fetchJson, post } from '@outbox-cdc/test-support/http'
import { type BrokerOptions, createBroker } from '../src/broker/create-broker.ts'

/** A broker on a free port, with requests as the tools send them. */
export async function runBroker(options: Pick<BrokerOptions, 'databaseUrl' | 'credentials'>) {
  const broker = createBroker({ ...options, host: '127.0.0.1', port: 0, logger: createLogger('broker', 'silent') })
  const url = `http://127.0.0.1:${await broker.start()}`
  return {
    url,
    stop: () => broker.stop(),
    get: (path: string) => fetchJson(`${url}${path}`, { headers: { accept: 'application/hal+json' } }),
    publish: (contract: Contract, version: string, branch = 'main') =>
      post(`${url}/contracts/publish`, {
        pacticipantName: contract.consumer.name,
        pacticipantVersionNumber: version,
        branch,
        contracts: [
          {
            consumerName: contract.consumer.name,
            providerName: contract.provider.name,
            specification: 'pact',
            contentType: 'application/json',
            content: Buffer.from(JSON.stringify(contract)).toString('base64'),
            onConflict: 'overwrite'
          }
        ]
      }),
    /** Publishes a result for the latest contract of this pair. */
    async report(names: Names, result: { readonly success: boolean; readonly version: string }) {
      const path = `/pacts/provider/${names.provider}/consumer/${names.consumer}/latest`
      const { body } = await fetchJson(`${url}${path}`)
      const { success, version: providerApplicationVersion } = result
      return post(body._links['pb:publish-verification-results'].href, { success, providerApplicationVersion })
    }
  }
}

type Named = { readonly name: string }
type Contract = { readonly consumer: Named; readonly provider: Named }
type Names = { readonly consumer: string; readonly provider: string }
