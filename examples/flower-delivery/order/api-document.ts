import { answer, describeApi, idPathSchema, jsonRequest } from '@outbox-cdc/service-kit'
import { itemIdPathSchema, menuItemSchema, menuPageQuerySchema, menuPageSchema } from './menu/responses.ts'
import { myPagePageQuerySchema, myPagePageSchema, myPageSchema, orderIdPathSchema } from './my-page/responses.ts'
import { newOrderSchema, orderPageQuerySchema, orderPageSchema, orderSchema } from './requests.ts'

const { json, created, problem, invalid, unavailable } = answer
const noOrder = problem('No such order')
const noPayment = problem('MySQL or payment does not answer; see Retry-After')

export const apiDocument = describeApi(
  'order',
  'Takes orders and has them paid. Shows customers the menu and their orders.',
  [
    {
      method: 'post',
      path: '/orders',
      summary: 'Order and pay',
      description:
        'The order costs what the menu says. It is PAYMENT_PENDING if payment does not answer: pay it later, or it is cancelled.',
      request: { body: jsonRequest.body(newOrderSchema) },
      responses: {
        201: created('The order', orderSchema),
        ...jsonRequest.refusals,
        409: problem('The menu has another name or price: `errors` names each field. Nothing was ordered'),
        422: problem('There is no such item on the menu'),
        503: problem('MySQL does not answer, or payment is overloaded; see Retry-After')
      }
    },
    {
      method: 'get',
      path: '/orders',
      summary: 'List the orders',
      request: { query: orderPageQuerySchema },
      responses: { 200: json('A page of orders', orderPageSchema), 400: invalid, 503: unavailable }
    },
    {
      method: 'get',
      path: '/orders/{id}',
      summary: 'Read an order',
      request: { params: idPathSchema },
      responses: { 200: json('The order', orderSchema), 400: invalid, 404: noOrder, 503: unavailable }
    },
    {
      method: 'delete',
      path: '/orders/{id}',
      summary: 'Ask for the cancellation of an order',
      description: 'The service that holds the order decides: MyPage says how. A repeat gets the same answer.',
      request: { params: idPathSchema },
      responses: {
        202: json('The order, which is CANCELLING or CANCELLED', orderSchema),
        400: invalid,
        404: noOrder,
        409: problem('The order is completed or was rejected'),
        503: unavailable
      }
    },
    {
      method: 'post',
      path: '/orders/{id}/payment',
      summary: 'Pay an order that waits for its payment',
      description: 'A repeat pays nothing and gets the same answer.',
      request: { params: idPathSchema },
      responses: {
        200: json('The order is paid', orderSchema),
        400: invalid,
        404: noOrder,
        409: problem('The order is cancelled or rejected, or about to be'),
        503: noPayment
      }
    },
    {
      method: 'get',
      path: '/myPages',
      summary: 'List the orders with what has become of them',
      request: { query: myPagePageQuerySchema },
      responses: { 200: json('A page of orders', myPagePageSchema), 400: invalid, 503: unavailable }
    },
    {
      method: 'get',
      path: '/myPages/{orderId}',
      summary: 'Read what has become of an order',
      request: { params: orderIdPathSchema },
      responses: { 200: json('The order', myPageSchema), 400: invalid, 404: noOrder, 503: unavailable }
    },
    {
      method: 'get',
      path: '/menus',
      summary: 'List what is for sale',
      request: { query: menuPageQuerySchema },
      responses: { 200: json('A page of items', menuPageSchema), 400: invalid, 503: unavailable }
    },
    {
      method: 'get',
      path: '/menus/{itemId}',
      summary: 'Read an item of the menu',
      request: { params: itemIdPathSchema },
      responses: { 200: json('The item', menuItemSchema), 400: invalid, 404: problem('No such item'), 503: unavailable }
    }
  ]
)
