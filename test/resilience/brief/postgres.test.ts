import { breakPipeline } from './break-pipeline.ts'

breakPipeline('postgres')
