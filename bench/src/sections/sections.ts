import { cost } from './cost.ts'
import { drain } from './drain.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { profile } from './profile.ts'
import { saga } from './saga.ts'
import { settingsSection } from './settings.ts'
import { shapes } from './shapes.ts'
import { stages } from './stages.ts'
import { writePath } from './write-path.ts'
import { writers } from './writers.ts'
import type { Section } from './section.ts'

/** In the order of a full run: sections that fill the tables come late, many connectors come last. */
export const sections: readonly Section[] = [
  latency,
  stages,
  writePath,
  writers,
  drain,
  profile,
  cost,
  settingsSection,
  growth,
  shapes,
  saga
]
