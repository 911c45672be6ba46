import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { clearTopic, ordersTopic as topic, recordsIn } from '../lab/topics.ts'
import type { Lab } from '../lab/lab.ts'
import { writeEvents } from '../lab/write-by-sql.ts'
import { withVariant } from '../variants/run-variant.ts'
import { type CpuProfile, sharesOf } from './cpu-shares.ts'
import { variantNamed } from '../variants/variants.ts'
import { startConsumers, stopConsumers } from './drain.ts'
import { measureOrders } from './measure-orders.ts'
import { handledAt, watchUntil } from './progress.ts'
import type { Context, Plan, Section } from './section.ts'

/** Percent of the time in which one process was busy, by package or folder. */
export type ProfileRow = { readonly what: string; readonly shares: Readonly<Record<string, number>> }

const shape = ({ quick }: Plan) => (quick ? { seconds: 3, events: 30_000 } : { seconds: 10, events: 200_000 })

/** A section of its own, because a profiler slows the services down. */
export const profile: Section<ProfileRow> = {
  name: 'profile',
  title: 'Where the CPU of our services goes',
  estimate: plan => 14 + shape(plan).seconds + shape(plan).events / 12_000,
  async run(context) {
    const rows = [...(await underLoad(context)), ...(await withBacklog(context))]
    for (const { what, shares } of rows) context.say(`${what}: ${JSON.stringify(shares)}`)
    return rows
  }
}

async function underLoad(context: Context): Promise<readonly ProfileRow[]> {
  const { lab, plan } = context
  const [order, delivery] = [await folder(lab, 'order'), await folder(lab, 'delivery')]
  const project = variantNamed('project')
  const profiled = {
    ...project,
    order: { ...project.order, env: profiledInto(order) },
    delivery: { ...project.delivery, env: profiledInto(delivery) }
  }
  await withVariant(context, profiled, () => measureOrders(lab, { rate: 1000, seconds: shape(plan).seconds }))
  return [
    { what: 'order-service at 1,000/s', shares: await sharesIn(order) },
    { what: 'delivery-service at 1,000/s', shares: await sharesIn(delivery) }
  ]
}

async function withBacklog(context: Context): Promise<readonly ProfileRow[]> {
  const { lab, plan } = context
  const { events } = shape(plan)
  await clearTopic(lab, topic)
  await writeEvents(lab, events, 0)
  await watchUntil({ read: () => recordsIn(lab, topic), count: events, everyMs: 50, withinMs: 120_000 })
  const into = await folder(lab, 'backlog')
  const urls = await startConsumers(context, { name: 'profile', title: '', env: profiledInto(into) })
  try {
    await watchUntil({ read: () => handledAt(urls), count: events, everyMs: 50, withinMs: 120_000 })
  } finally {
    await stopConsumers(context)
  }
  await clearTopic(lab, topic)
  return [{ what: 'delivery-service with a backlog', shares: await sharesIn(into) }]
}

async function folder({ settings }: Lab, name: string): Promise<string> {
  const dir = join(settings.dir, 'profiles', name)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  return dir
}

function profiledInto(dir: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir}` }
}

async function sharesIn(dir: string): Promise<Readonly<Record<string, number>>> {
  const [file] = (await readdir(dir)).filter(name => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error(`No profile was written to ${dir}`)
  return sharesOf(JSON.parse(await readFile(join(dir, file), 'utf8')) as CpuProfile)
}
