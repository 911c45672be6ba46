import { breakPipeline } from './break-pipeline.ts'

breakPipeline('plain')
