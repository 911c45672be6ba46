import { describe } from 'vitest'
import { typedCoreSuite } from '../support/typed-core-suite.ts'
import { noRegistry } from '../support/use-registry.ts'

describe.skipIf(noRegistry !== undefined)('with a schema registry', () => typedCoreSuite('typed-by-application'))
