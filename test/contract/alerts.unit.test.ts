import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const { groups } = parse(await readFile(join(root, 'ops/alerts.yaml'), 'utf8')) as {
  groups: { name: string; rules: Rule[] }[]
}

type Rule = {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: { readonly summary: string; readonly docs: string }
}

/** The names of the metrics that the code makes; what stands in a template, such as connectctl_${name}, is left out. */
async function metricsInCode(): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const file of glob('packages/{console,connectctl,service-kit}/src/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue
    const text = await readFile(join(root, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/'([a-z]+(?:_[a-z]+)+)'/g)) found.add(name)
  }
  return found
}

const functions = /\b(min_over_time|absent)(?=\()/g

/** The words of an expression that are no function and no operator. */
function metricsIn(expr: string): readonly string[] {
  return expr.replace(functions, '').match(/[a-z]+(_[a-z]+)+/g) ?? []
}

describe.each(groups.flatMap(({ rules }) => rules))('the alert $alert', ({ expr, annotations, ...rule }) => {
  it('asks for metrics that the code makes', async () => {
    const known = await metricsInCode()
    expect(metricsIn(expr).length).toBeGreaterThan(0)
    expect(metricsIn(expr).filter(name => !known.has(name))).toEqual([])
  })

  it('has a severity, a duration that Prometheus reads, and a sentence', () => {
    expect(rule.labels['severity']).toMatch(/^(critical|warning)$/)
    expect(rule.for ?? '1m').toMatch(/^\d+[sm]$/)
    expect(annotations.summary).toMatch(/\S+ \S+ \S+/)
  })

  it('leads to a page that exists', async () => {
    const [file = '', anchor = ''] = annotations.docs.split('#')
    expect(existsSync(join(root, file))).toBe(true)
    const text = await readFile(join(root, file), 'utf8')
    const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'))
    if (!anchor.startsWith('{{')) expect(anchors).toContain(anchor)
  })
})

const promtool = (...args: readonly string[]) => spawnSync('promtool', args, { cwd: root, encoding: 'utf8' })

it.skipIf(promtool('--version').status !== 0)(
  'fires and ends as ops/alerts.test.yaml says, by Prometheus itself',
  () => {
    const { status, stdout, stderr } = promtool('test', 'rules', 'ops/alerts.test.yaml')
    expect({ status, output: `${stdout}${stderr}` }).toMatchObject({ status: 0 })
  }
)
