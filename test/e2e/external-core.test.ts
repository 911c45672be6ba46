import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startStack } from '../../packages/stack/src/index.ts'
import { makeConnectSecrets } from '../../scripts/pipeline/accounts.ts'
import { root } from '../../scripts/pipeline/settings.ts'
import { coreSuite } from '../support/core-suite.ts'
import { coreTarget, freeSettings, startTestPipeline } from '../support/test-pipeline.ts'

coreSuite('the pipeline on servers that run already', async () => {
  const settings = await freeSettings()
  const dir = `${settings.dir}-servers`
  const servers = await startStack({
    dir,
    workerProperties: join(root, 'connect-config/worker.properties'),
    references: { CONNECT_SECRETS_DIR: await makeConnectSecrets(join(settings.dir, 'secrets')) }
  })
  const { mysql, kafka, connect } = servers
  const external = {
    mysql: { ...mysql, rootPasswordFile: join(dir, 'secrets/root') },
    brokers: kafka.brokers,
    connectUrls: connect.urls
  }
  const target = coreTarget(await startTestPipeline({}, { ...settings, external }))
  return {
    ...target,
    async stop() {
      await target.stop()
      await servers.stopAll()
      await rm(dir, { recursive: true, force: true })
    }
  }
})
