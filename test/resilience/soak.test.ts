import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '@outbox-cdc/pipeline'
import { keepFailure, recordSoak, readVersions } from './harness/record-run.ts'
import { type Lab, startLab } from './harness/lab.ts'
import { reachVerdicts, startLoad } from './harness/run-fault.ts'
import { measureMost } from './soak/most.ts'
import { type Sample, measureGrowth, takeSample } from './soak/samples.ts'

const minutes = Number(process.env['RESILIENCE_MINUTES'] ?? 20)
const everyMs = 5_000

let lab: Lab
beforeAll(async () => void (lab = await startLab({})))
afterAll(() => lab?.close())

it(`carries half of its highest rate for ${minutes} minutes with flat memory, handles and lag`, async () => {
  const tag = `soak-${Date.now().toString(36)}`
  // The first measurement warms up the pipeline for the second.
  await measureMost(lab, 10_000)
  const most = await measureMost(lab, 20_000)
  const perSecond = Math.floor(most / 2)
  console.log(`the highest rate is ${Math.round(most)} orders/s; ${perSecond} orders/s for ${minutes} minutes`)
  const load = startLoad(lab, tag, perSecond)
  const samples: Sample[] = []
  try {
    for (const until = Date.now() + minutes * 60_000; Date.now() < until; await sleep(everyMs)) {
      samples.push(await takeSample(lab))
      await keepSample(tag, samples)
    }
  } finally {
    await load.stop(60_000)
  }
  const { findings, evidence } = await reachVerdicts(lab, [], load)
  const grown = measureGrowth(samples)
  await recordSoak({
    at: new Date().toISOString(),
    minutes,
    most: Math.round(most),
    perSecond,
    events: evidence.effects.length,
    findings: findings.length,
    refused: load.client.refused(),
    grown,
    versions: await readVersions(lab)
  })
  for (const { what, from, to, flat } of grown) console.log(`${what}: ${from} to ${to}${flat ? '' : ', NOT FLAT'}`)
  const bad = grown.filter(({ flat }) => !flat)
  const folder = findings.length + bad.length === 0 ? '' : await keepFailure(lab, { tag, findings, evidence })
  expect(findings, folder).toEqual([])
  expect(bad, folder).toEqual([])
})

async function keepSample(tag: string, samples: readonly Sample[]): Promise<void> {
  const folder = join(root, '.data/resilience')
  await mkdir(folder, { recursive: true })
  await appendFile(join(folder, `${tag}.jsonl`), `${JSON.stringify(samples.at(-1))}\n`)
}
