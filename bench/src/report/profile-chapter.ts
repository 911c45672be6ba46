import type { ProfileRow } from '../sections/profile.ts'
import type { Result } from '../sections/section.ts'
import type { Chapter } from './chapter.ts'
import { figure, table } from './text.ts'

const least = 1.5

export function profileChapter({ rows }: Result<ProfileRow>): Chapter {
  const most = (owner: string) => Math.max(...rows.map(({ shares }) => shares[owner] ?? 0))
  const owners = [...new Set(rows.flatMap(({ shares }) => Object.keys(shares)))]
    .filter(owner => most(owner) >= least)
    .toSorted((one, other) => most(other) - most(one))
  const lines = owners.map(owner => [owner, ...rows.map(({ shares }) => figure(shares[owner] ?? 0))])
  const text = `Of the time in which a process was busy, percent by who had it (\`node --cpu-prof\`, self time; owners that have less than
${least} % everywhere are left out). A package is named as in \`node_modules\`, our own code by its folder.

${table(['owner', ...rows.map(({ what }) => what)], lines)}`
  return { heading: 'Where the CPU of our services goes', text, charts: {} }
}
