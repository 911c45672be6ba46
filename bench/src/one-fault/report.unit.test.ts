import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import { renderSvg } from '../report/charts.ts'
import { pictureOf } from './picture.ts'
import { figuresText, type Result, withFigures } from './report.ts'

const read = (file: string) => readFile(join(root, file), 'utf8')
const result = JSON.parse(await read('bench/results/one-fault.json')) as Result

it('has put the figures of its last result into the README of the Shop', async () => {
  const text = await read('examples/shop/README.md')
  expect(withFigures(text, figuresText(result))).toBe(text)
})

it('has drawn the picture of its last result', async () => {
  const svg = await renderSvg(pictureOf(result.plan, result.seconds))
  expect(await read('examples/shop/docs/one-fault.svg')).toBe(`${svg}\n`)
  expect(svg).toContain('delivery is down')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})
