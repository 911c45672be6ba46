import { round, type Summary, summarise } from '../stats.ts'
import type { Bought } from './buyers.ts'

export const ways = ['by event', 'by request'] as const
export type Way = (typeof ways)[number]
export const phases = ['before', 'during', 'after'] as const
export type Phase = (typeof phases)[number]

/** Seconds since the first measured purchase. */
export type Plan = {
  readonly perSecond: number
  readonly seconds: number
  readonly downFrom: number
  readonly downTo: number
}

/** What came of the purchases of one way that were due within a second or a phase. Times are milliseconds since they were due. */
export type Figures = {
  readonly due: number
  readonly accepted: number
  readonly answer: Summary
  readonly refusal: Summary
  /** Until the delivery's row was written, of the accepted ones. */
  readonly delivery: Summary
}

export type SecondFigures = Figures & { readonly way: Way; readonly second: number }
export type PhaseFigures = Figures & { readonly way: Way; readonly phase: Phase }

/** When each delivery's row was written, in milliseconds since 1970, by the purchase's id. */
export type Deliveries = ReadonlyMap<number, number>

type Measured = {
  readonly way: Way
  readonly start: number
  readonly bought: readonly Bought[]
  readonly deliveries: Deliveries
}

export function figuresBySecond(plan: Plan, { way, start, bought, deliveries }: Measured): readonly SecondFigures[] {
  const bySecond = Map.groupBy(bought, ({ due }) => Math.floor((due - start) / 1_000))
  return Array.from({ length: plan.seconds }, (_, second) => ({
    way,
    second,
    ...figuresOf(bySecond.get(second) ?? [], deliveries)
  }))
}

export function figuresByPhase(plan: Plan, { way, start, bought, deliveries }: Measured): readonly PhaseFigures[] {
  const measured = bought.filter(({ due }) => due >= start)
  const byPhase = Map.groupBy(measured, ({ due }) => phaseAt((due - start) / 1_000, plan))
  return phases.map(phase => ({ way, phase, ...figuresOf(byPhase.get(phase) ?? [], deliveries) }))
}

function phaseAt(second: number, { downFrom, downTo }: Plan): Phase {
  if (second < downFrom) return 'before'
  return second < downTo ? 'during' : 'after'
}

function figuresOf(bought: readonly Bought[], deliveries: Deliveries): Figures {
  const accepted = bought.filter(one => one.accepted)
  const took = ({ due, answered }: Bought) => round(answered - due)
  return {
    due: bought.length,
    accepted: accepted.length,
    answer: summarise(accepted.map(took)),
    refusal: summarise(bought.filter(one => !one.accepted).map(took)),
    delivery: summarise(
      accepted.flatMap(({ id, due }) => {
        const at = deliveries.get(id)
        return at === undefined ? [] : round(at - due)
      })
    )
  }
}

/** Where the answer and the delivery don't agree. */
export type Disagreements = { readonly acceptedWithoutDelivery: number; readonly refusedWithDelivery: number }

export function disagreements(bought: readonly Bought[], deliveries: Deliveries): Disagreements {
  return {
    acceptedWithoutDelivery: bought.filter(({ accepted, id }) => accepted && !deliveries.has(id)).length,
    refusedWithDelivery: bought.filter(({ accepted, id }) => !accepted && deliveries.has(id)).length
  }
}

type Checked = {
  readonly phases: readonly PhaseFigures[]
  readonly disagreements: Readonly<Record<string, Disagreements>>
}

/** Why a run proves nothing, or proves too much. */
export function problemsOf({ phases: measured, disagreements: found }: Checked): readonly string[] {
  return [
    ...Object.entries(found)
      .filter(([, { acceptedWithoutDelivery }]) => acceptedWithoutDelivery > 0)
      .map(([way, { acceptedWithoutDelivery: lost }]) => `${way}: ${lost} accepted purchases have no delivery`),
    ...measured
      .filter(({ phase, due, accepted }) => phase === 'before' && accepted < due)
      .map(
        ({ way, due, accepted }) =>
          `${way}: only ${accepted} of ${due} were accepted before the fault; the machine is too busy, measure again`
      )
  ]
}
