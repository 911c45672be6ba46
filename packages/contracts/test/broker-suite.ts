import { uniqueName } from '@outbox-cdc/test-support/use-stack'
import { describe, expect, it } from 'vitest'
import { aContract } from './a-contract.ts'
import { officialTools } from './official-tools.ts'

const namesOf = () => ({ consumer: uniqueName('delivery'), provider: uniqueName('order') })

/** What every broker must do for the official clients. `unavailable` is the reason why this one isn't there to be asked. */
export function brokerSuite(name: string, urlOf: () => string, unavailable?: string): void {
  if (unavailable !== undefined) console.log(`· skipped: ${name}: ${unavailable}`)
  describe.skipIf(unavailable !== undefined)(name, () => {
    const tools = () => officialTools(urlOf())

    it('says whether a version can be deployed, from the first contract to the first break', async () => {
      const { pactBroker, publish, verify } = tools()
      const { consumer, provider } = namesOf()
      const contract = aContract({ consumer, provider })
      const deployable = (pacticipant: string, version: string) =>
        pactBroker('can-i-deploy', '-a', pacticipant, '-e', version, '--to-environment', 'production')

      const published = await publish(contract, '-a', '1.0.0', '--branch', 'main')
      expect(published).toMatchObject({ code: 0, output: expect.stringContaining(consumer) })
      expect(published.output).not.toContain('Warning')
      const tooEarly = await deployable(consumer, '1.0.0')
      expect(tooEarly).toMatchObject({ code: 1, output: expect.stringContaining(provider) })

      expect(await verify({ name: provider, version: '2.0.0', branch: 'main', body: { quantity: 3 } })).toBe(true)
      expect(await deployable(provider, '2.0.0')).toMatchObject({ code: 0 })
      const recorded = await pactBroker(
        'record-deployment',
        '-a',
        provider,
        '-e',
        '2.0.0',
        '--environment',
        'production'
      )
      expect(recorded).toMatchObject({ code: 0 })
      const yes = await deployable(consumer, '1.0.0')
      expect(yes).toMatchObject({ code: 0, output: expect.stringContaining('2.0.0') })
      const consumerRecorded = await pactBroker(
        'record-deployment',
        '-a',
        consumer,
        '-e',
        '1.0.0',
        '--environment',
        'production'
      )
      expect(consumerRecorded).toMatchObject({ code: 0 })

      const broken = { name: provider, version: '3.0.0', branch: 'feat', body: { amount: 3 } }
      expect(await verify(broken)).toBe(false)
      const no = await deployable(provider, '3.0.0')
      expect(no.code).toBe(1)
      for (const named of [consumer, provider, '3.0.0', 'quantity']) expect(no.output).toContain(named)
      const pair = (version: string) => ['-a', consumer, '-e', '1.0.0', '-a', provider, '-e', version]
      expect(await pactBroker('can-i-deploy', ...pair('2.0.0'))).toMatchObject({ code: 0 })
      expect(await pactBroker('can-i-deploy', ...pair('3.0.0'))).toMatchObject({ code: 1 })
      expect(await pactBroker('can-i-merge', '-a', consumer, '-e', '1.0.0')).toMatchObject({ code: 0 })
      expect(await pactBroker('can-i-merge', '-a', provider, '-e', '3.0.0')).toMatchObject({ code: 1 })

      const json = await pactBroker('can-i-deploy', ...pair('3.0.0'), '--output', 'json')
      expect(JSON.parse(json.output)).toMatchObject({ summary: { deployable: false, failed: 1 } })
      const latest = await pactBroker('list-latest-pact-versions')
      for (const named of [consumer, provider, '1.0.0']) expect(latest.output).toContain(named)
      const described = await pactBroker('describe-version', '-a', consumer, '-e', '1.0.0')
      expect(described).toMatchObject({ code: 0, output: expect.stringContaining('1.0.0') })
    })

    it('refuses other content of a version that is published, and takes the same again', async () => {
      const { publish } = tools()
      const names = namesOf()
      const as = ['-a', '1.0.0', '--branch', 'main']
      expect(await publish(aContract(names), ...as)).toMatchObject({ code: 0 })
      expect(await publish(aContract(names), ...as)).toMatchObject({ code: 0 })
      const refused = await publish(aContract({ ...names, quantity: 'many' }), ...as)
      expect(refused.code).not.toBe(0)
      for (const named of ['1.0.0', names.consumer, names.provider]) expect(refused.output).toContain(named)
    })

    it('lets a pending contract fail without failing the build of the provider', async () => {
      const { publish, verify } = tools()
      const { consumer, provider } = namesOf()
      await publish(aContract({ consumer, provider }), '-a', '1.0.0', '--branch', 'main')
      const asked = {
        name: provider,
        branch: 'main',
        options: { enablePending: true }
      }
      expect(await verify({ ...asked, version: '1', body: { amount: 3 } })).toBe(true)
      expect(await verify({ ...asked, version: '2', body: { quantity: 3 } })).toBe(true)
      expect(await verify({ ...asked, version: '3', body: { amount: 3 } })).toBe(false)
    })

    it('verifies what is on a branch, deployed or tagged, as the selectors say', async () => {
      const { pactBroker, publish, verify } = tools()
      const { consumer, provider } = namesOf()
      const old = aContract({ consumer, provider })
      await publish(old, '-a', '1', '--branch', 'main')
      await pactBroker('record-deployment', '-a', consumer, '-e', '1', '--environment', 'production')
      await publish(
        aContract({ consumer, provider, quantity: 'many' }),
        '-a',
        '2',
        '--branch',
        'words',
        '--tag',
        'words'
      )
      const green = (selector: object, body: object) => {
        const options = { consumerVersionSelectors: [selector], publishVerificationResult: false }
        return verify({ name: provider, version: '1', branch: 'words', body, options })
      }
      const [number, text] = [{ quantity: 3 }, { quantity: 'some' }]
      expect(await green({ mainBranch: true }, text)).toBe(false)
      expect(await green({ deployedOrReleased: true }, number)).toBe(true)
      expect(await green({ matchingBranch: true }, text)).toBe(true)
      expect(await green({ latest: true }, number)).toBe(false)
    })

    it('knows what is in an environment until it is undeployed or no longer supported', async () => {
      const { pactBroker, publish } = tools()
      const { consumer, provider } = namesOf()
      const environment = uniqueName('uat')
      await publish(aContract({ consumer, provider }), '-a', '1', '--branch', 'main')
      const created = await pactBroker('create-environment', '--name', environment, '--display-name', 'UAT')
      expect(created).toMatchObject({ code: 0 })
      expect(await pactBroker('list-environments')).toMatchObject({
        code: 0,
        output: expect.stringContaining(environment)
      })
      const to = ['-a', consumer, '--environment', environment]
      expect(await pactBroker('record-deployment', ...to, '-e', '1')).toMatchObject({ code: 0 })
      expect(await pactBroker('record-release', ...to, '-e', '1')).toMatchObject({ code: 0 })
      const inIt = async () => {
        const asked = ['-a', consumer, '--environment', environment, '--output', 'json']
        const { output } = await pactBroker('describe-version', ...asked)
        return (JSON.parse(output) as object[]).length
      }
      expect(await inIt()).toBe(2)
      const nowhere = await pactBroker('can-i-deploy', '-a', consumer, '-e', '1', '--to-environment', 'nowhere')
      expect(nowhere).toMatchObject({ code: 1, output: expect.stringContaining('nowhere does not exist') })
      expect((await pactBroker('list-pacticipants')).output).toContain(consumer)
      expect(await pactBroker('record-undeployment', ...to)).toMatchObject({ code: 0 })
      expect(await inIt()).toBe(1)
      expect(await pactBroker('record-support-ended', ...to, '-e', '1')).toMatchObject({ code: 0 })
      expect(await inIt()).toBe(0)
    })
  })
}
