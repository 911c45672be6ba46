import { coreSuite } from '../support/core-suite.ts'
import { coreTarget, startTestPipeline } from '../support/test-pipeline.ts'

coreSuite('the pipeline', async () => coreTarget(await startTestPipeline()))
