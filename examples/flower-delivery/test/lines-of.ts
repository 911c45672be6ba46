import type { StateMachine } from '@outbox-cdc/service-kit'

/** A table of states as text, a line for each step: `WAITING + reject → REJECTED, rejected`, or — for unchanged and ✗ for refused. */
export function linesOf({ first, steps }: StateMachine): readonly string[] {
  return Object.entries({ none: first, ...steps }).flatMap(([state, triggers]) =>
    Object.entries(triggers).map(([trigger, step]) => `${state} + ${trigger} → ${endOf(step)}`)
  )
}

function endOf(step: StateMachine['steps'][string][string]): string {
  if (typeof step === 'string') return { unchanged: '—', refused: '✗' }[step]
  return step.publishes === undefined ? step.to : `${step.to}, ${step.publishes}`
}
