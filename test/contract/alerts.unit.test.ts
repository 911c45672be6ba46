import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readBy } from './metrics-of-parts.ts'

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

describe.each(groups.flatMap(({ rules }) => rules))('the alert $alert', ({ expr, annotations, ...rule }) => {
  it('asks for metrics and labels that exist', () => {
    const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    expect(readBy(expr, shown)).toEqual({ metrics: expect.arrayContaining([expect.any(String)]), unknown: [] })
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

it('plays each alert through', async () => {
  const { tests } = parse(await readFile(join(root, 'ops/alerts.test.yaml'), 'utf8')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
  }
  const fired = tests.flatMap(one => one.alert_rule_test).filter(({ exp_alerts: expected }) => expected.length > 0)
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))
  expect([...new Set(fired.map(({ alertname }) => alertname))].toSorted()).toEqual(alerts.toSorted())
})

it('stands in the table of docs/monitoring.md with its severity', async () => {
  const [, table = ''] = (await readFile(join(root, 'docs/monitoring.md'), 'utf8')).split('## Alerts')
  const rows = [...table.matchAll(/^\| \[(\w+)\]\(\S+\) +\| (\w+) /gm)].map(([, name, severity]) => [name, severity])
  expect(rows).toEqual(groups.flatMap(({ rules }) => rules.map(({ alert, labels }) => [alert, labels['severity']])))
})
