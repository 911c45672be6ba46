import { describe } from 'vitest'
import { avroCoreSuite } from '../support/avro-core-suite.ts'
import { noRegistry } from '../support/use-registry.ts'

describe.skipIf(noRegistry !== undefined)('with a schema registry', () => avroCoreSuite())
