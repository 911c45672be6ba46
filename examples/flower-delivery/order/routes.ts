import {
  contextOf,
  idPathSchema,
  jsonBody,
  notFound,
  onlyMethods,
  Problem,
  type RequestContext,
  type ServiceUnavailable,
  validated
} from '@outbox-cdc/service-kit'
import { type RequestHandler, Router } from 'express'
import type { Knex } from 'knex'
import { findOrder, listOrders } from './order-store.ts'
import type { Difference, Order } from './orders/order.ts'
import type { createOrdering, Placed } from './orders/ordering.ts'
import { newOrderSchema, orderPageQuerySchema } from './requests.ts'

type Parts = { readonly db: Knex; readonly ordering: ReturnType<typeof createOrdering> }

export function createOrderRoutes({ db, ordering }: Parts): Router {
  const routes = Router()
  routes
    .route('/orders')
    .get(async (request, response) => {
      response.json(await listOrders(db, validated(orderPageQuerySchema, request.query, 'query')))
    })
    .post(...jsonBody, async (request, response) => {
      const wish = validated(newOrderSchema, request.body, 'body')
      const order = placedOr(await ordering.place(wish, contextOf(response)), wish.itemId)
      response.status(201).location(`/orders/${order.id}`).json(order)
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/orders/:id')
    .get(onOne(200, id => findOrder(db, id)))
    .delete(
      onOne(202, async (id, context) => {
        const changed = await ordering.cancel(id, context)
        if (changed?.outcome === 'refused') throw notPossible(changed.order, 'be cancelled')
        return changed?.order
      })
    )
    .all(onlyMethods('GET, HEAD, DELETE'))
  routes
    .route('/orders/:id/payment')
    .post(
      onOne(200, async (id, context) => {
        const paid = await ordering.pay(id, context)
        if (paid?.outcome === 'declined') throw notPossible(paid.order, 'be paid')
        return paid?.order
      })
    )
    .all(onlyMethods('POST'))
  return routes
}

type OnOne = (id: number, context: RequestContext) => Promise<Order | undefined>

function onOne(status: number, find: OnOne): RequestHandler {
  return async (request, response) => {
    const { id } = validated(idPathSchema, request.params, 'path')
    const order = await find(id, contextOf(response))
    if (order === undefined) throw notFound(`There is no order ${id}`)
    response.status(status).json(order)
  }
}

function placedOr(placed: Placed, itemId: number): Order {
  if (placed.outcome === 'unknown_item') throw unknownItem(itemId)
  if (placed.outcome === 'differs') throw differs(placed.differences)
  if (placed.outcome === 'not_paid') throw notPaid(placed.order, placed.cause)
  return placed.order
}

const unknownItem = (itemId: number) => {
  const errors = [{ field: 'itemId', message: 'is not on the menu' }]
  const detail = `There is no item ${itemId} on the menu`
  return new Problem(422, { type: 'unknown-item', title: 'The item is not known', detail, errors })
}

const differs = (differences: readonly Difference[]) =>
  new Problem(409, {
    type: 'menu-differs',
    title: 'The menu says otherwise',
    detail: `${differences.map(({ field, message }) => `${field} ${message}`).join('; ')}. Nothing was ordered`,
    errors: [...differences]
  })

const notPaid = ({ id }: Order, cause: ServiceUnavailable) => {
  const detail = `Payment doesn't answer, so order ${id} is being cancelled`
  const { headers = {} } = cause.input
  return new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause })
}

const notPossible = ({ id, orderStatus }: Order, what: string) =>
  new Problem(409, {
    type: 'order-final',
    title: 'Not possible',
    detail: `Order ${id} is ${orderStatus} and can't ${what}`
  })
