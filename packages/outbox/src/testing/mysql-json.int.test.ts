import fc from 'fast-check'
import { expect, it } from 'vitest'
import { useDatabase } from '@outbox-cdc/test-support/use-stack'
import { mysqlJson } from './mysql-json.ts'

/** MySQL's text without the blanks that it puts after commas and colons, which Debezium does not. */
function withoutBlanks(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|([,:]) /g, '$1$2')
}

it('writes any JSON as MySQL does', async () => {
  const { db } = await useDatabase('json')
  const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '10', '9', ''))
  const { json } = fc.letrec(tie => ({
    json: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.boolean(), fc.constant(null), name, tie('list'), tie('object')),
    list: fc.array(tie('json'), { maxLength: 4 }),
    object: fc.dictionary(name, tie('json'), { maxKeys: 6 })
  }))
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 20, maxLength: 20 }), async value => {
      const text = JSON.stringify(value)
      const [[row]] = await db.raw('SELECT CAST(CAST(? AS JSON) AS CHAR) AS text', [text])
      expect(mysqlJson(text)).toBe(withoutBlanks(row.text))
    }),
    { numRuns: 100 }
  )
})
