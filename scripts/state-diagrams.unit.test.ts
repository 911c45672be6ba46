import { expect, it } from 'vitest'
import { drawnFiles, stateDiagram, withDiagrams } from './state-diagrams.ts'

const breaks = { to: 'BROKEN', publishes: 'lamp_broken' } as const
const lamp = {
  first: { build: { to: 'OFF' } },
  steps: {
    OFF: { press: { to: 'ON', publishes: 'lamp_lit' }, smash: breaks, drop: breaks },
    ON: { press: { to: 'OFF' }, smash: breaks, drop: { to: 'BROKEN' } },
    BROKEN: { press: 'refused', smash: 'unchanged', drop: { to: 'BROKEN' } }
  },
  listeners: { lamp_lit: ['moth-service', 'meter-service'], lamp_broken: [] }
} as const

it('draws each change with its triggers, its event and its readers, and each end', () => {
  expect(stateDiagram(lamp)).toBe(`\`\`\`mermaid
stateDiagram-v2
  [*] --> OFF: build
  OFF --> ON: press / lamp_lit → moth-service, meter-service
  OFF --> BROKEN: smash, drop / lamp_broken
  ON --> OFF: press
  ON --> BROKEN: smash / lamp_broken
  ON --> BROKEN: drop
  BROKEN --> BROKEN: drop
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
