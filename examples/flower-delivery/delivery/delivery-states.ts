import type { StateMachine } from '@outbox-cdc/service-kit'

/** CANCEL_ASKED: the cancellation overtook the order, which may still come. */
export type DeliveryState = 'CANCEL_ASKED' | 'REQUESTED' | 'DEPARTED' | 'COMPLETED' | 'CANCELLED'

/** What the rider does, and what happens to the order elsewhere. */
export type DeliveryTrigger = 'depart' | 'complete' | 'decorated' | 'order_cancel_requested'

type DeliveryEvent = 'departed_for_delivery' | 'delivery_completed' | 'delivery_cancelled' | 'delivery_cancel_refused'

const cancel = { to: 'CANCELLED', publishes: 'delivery_cancelled' } as const
const refused = { depart: 'refused', complete: 'refused' } as const

/** The life of a delivery. README.md shows it as a diagram, which `npm run diagrams` draws from this table. */
export const deliveryStates = {
  first: {
    decorated: { to: 'REQUESTED' },
    // Perhaps the order never comes, because payment, item or shop have answered.
    order_cancel_requested: { to: 'CANCEL_ASKED' }
  },
  steps: {
    CANCEL_ASKED: { ...refused, decorated: cancel, order_cancel_requested: 'unchanged' },
    REQUESTED: {
      depart: { to: 'DEPARTED', publishes: 'departed_for_delivery' },
      complete: 'refused',
      decorated: 'unchanged',
      order_cancel_requested: cancel
    },
    // The pivot: from here the order only goes on.
    DEPARTED: {
      depart: 'unchanged',
      complete: { to: 'COMPLETED', publishes: 'delivery_completed' },
      decorated: 'unchanged',
      order_cancel_requested: { to: 'DEPARTED', publishes: 'delivery_cancel_refused' }
    },
    COMPLETED: {
      depart: 'unchanged',
      complete: 'unchanged',
      decorated: 'unchanged',
      order_cancel_requested: { to: 'COMPLETED', publishes: 'delivery_cancel_refused' }
    },
    CANCELLED: { ...refused, decorated: 'unchanged', order_cancel_requested: 'unchanged' }
  },
  listeners: {
    departed_for_delivery: ['order'],
    delivery_completed: ['order'],
    delivery_cancelled: ['order'],
    delivery_cancel_refused: ['order']
  }
} as const satisfies StateMachine<'decorated' | 'order_cancel_requested', DeliveryState, DeliveryTrigger, DeliveryEvent>
