import { expect, it } from 'vitest'
import { drawnFiles, stateDiagram, withDiagrams } from './state-diagrams.ts'

const lamp = {
  first: { build: { to: 'OFF' } },
  steps: {
    OFF: { press: { to: 'ON', publishes: 'lamp_lit' }, smash: { to: 'BROKEN', publishes: 'lamp_broken' } },
    ON: { press: { to: 'OFF' }, smash: { to: 'BROKEN', publishes: 'lamp_broken' } },
    BROKEN: { press: 'refused', smash: 'unchanged' }
  },
  listeners: { lamp_lit: ['moth-service', 'meter-service'], lamp_broken: [] }
} as const

it('draws each change with its trigger, its event and its readers, and each end', () => {
  expect(stateDiagram(lamp)).toBe(`\`\`\`mermaid
stateDiagram-v2
  [*] --> OFF: build
  OFF --> ON: press / lamp_lit → moth-service, meter-service
  OFF --> BROKEN: smash / lamp_broken
  ON --> OFF: press
  ON --> BROKEN: smash / lamp_broken
  BROKEN --> [*]
\`\`\``)
})

it('replaces what stands between its two lines, and needs them', () => {
  const text = 'a\n<!-- states lamp -->\nold\n<!-- end -->\nb\n'
  expect(withDiagrams(text, { lamp })).toBe(`a\n<!-- states lamp -->\n${stateDiagram(lamp)}\n<!-- end -->\nb\n`)
  expect(() => withDiagrams('a', { lamp })).toThrowError('There is no <!-- states lamp -->')
})

it('finds every diagram up to date; if not, run `npm run diagrams`', async () => {
  const files = await drawnFiles()
  expect(files.filter(({ old, text }) => old !== text).map(({ path }) => path)).toEqual([])
})
