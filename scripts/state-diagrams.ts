import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reservationStates } from '@outbox-cdc/customers-and-orders/customer-service/reservation-states'
import { orderStates } from '@outbox-cdc/customers-and-orders/order-service/order-states'
import { deliveryStates } from '@outbox-cdc/flower-delivery/delivery/delivery-states'
import { reservationStates as stockStates } from '@outbox-cdc/flower-delivery/item/reservation-states'
import { orderStates as flowerOrderStates } from '@outbox-cdc/flower-delivery/order/order-states'
import { paymentStates } from '@outbox-cdc/flower-delivery/payment/payment-states'
import { shopOrderStates } from '@outbox-cdc/flower-delivery/shop/shop-order-states'
import { root } from '@outbox-cdc/pipeline'
import type { StateMachine } from '@outbox-cdc/service-kit'

// npm run diagrams: draws the states of each aggregate into the README that has the lines <!-- states NAME --> and <!-- end -->.
const machines: Readonly<Record<string, Readonly<Record<string, StateMachine>>>> = {
  'examples/customers-and-orders/README.md': { order: orderStates, reservation: reservationStates },
  'examples/flower-delivery/README.md': {
    order: flowerOrderStates,
    payment: paymentStates,
    reservation: stockStates,
    'shop order': shopOrderStates,
    delivery: deliveryStates
  }
}

/**
 * A Mermaid state diagram. Each arrow says what moves the state and, after the slash, which event announces it. Triggers that do
 * the same share an arrow.
 */
export function stateDiagram({ first, steps, listeners }: StateMachine): string {
  const arrows = [
    ...Object.entries(first).map(([trigger, change]) => ({ from: '[*]', trigger, change })),
    ...Object.entries(steps).flatMap(([from, triggers]) =>
      Object.entries(triggers).map(([trigger, change]) => ({ from, trigger, change }))
    )
  ]
  const label = (event: string) => {
    const readers = listeners[event] ?? []
    return readers.length === 0 ? event : `${event} → ${readers.join(', ')}`
  }
  const changes = arrows.flatMap(({ from, trigger, change }) => {
    if (typeof change === 'string') return []
    const announced = change.publishes === undefined ? '' : ` / ${label(change.publishes)}`
    return [{ trigger, way: `${from} --> ${change.to}`, announced }]
  })
  const shared = Map.groupBy(changes, ({ way, announced }) => way + announced)
  const lines = [...shared.values()].map(
    group => `  ${group[0]?.way}: ${group.map(({ trigger }) => trigger).join(', ')}${group[0]?.announced}`
  )
  const final = Object.entries(steps).flatMap(([state, triggers]) =>
    Object.values(triggers).every(step => typeof step === 'string' || step.to === state) ? [state] : []
  )
  return ['```mermaid', 'stateDiagram-v2', ...lines, ...final.map(state => `  ${state} --> [*]`), '```'].join('\n')
}

/** The text with its diagrams drawn again. */
export function withDiagrams(text: string, diagrams: Readonly<Record<string, StateMachine>>): string {
  return Object.entries(diagrams).reduce((drawn, [name, machine]) => {
    const place = new RegExp(`(<!-- states ${name} -->\n)[^]*?(<!-- end -->)`)
    if (!place.test(drawn)) throw new Error(`There is no <!-- states ${name} --> … <!-- end -->`)
    return drawn.replace(place, (_, begin: string, end: string) => `${begin}${stateDiagram(machine)}\n${end}`)
  }, text)
}

/** The documents with their diagrams as they must be now. */
export async function drawnFiles(): Promise<
  readonly { readonly path: string; readonly old: string; readonly text: string }[]
> {
  return Promise.all(
    Object.entries(machines).map(async ([path, diagrams]) => {
      const old = await readFile(join(root, path), 'utf8')
      return { path, old, text: withDiagrams(old, diagrams) }
    })
  )
}

if (import.meta.main) {
  for (const { path, old, text } of await drawnFiles()) {
    if (old !== text) await writeFile(join(root, path), text)
    console.log(`${path}: ${old === text ? 'up to date' : 'drawn again'}`)
  }
}
