import { answer, describeApi, idPathSchema, jsonRequest, pageQuerySchema } from '@outbox-cdc/service-kit'
import { accountPageSchema, accountSchema, nameQuerySchema, newAccountSchema } from './requests.ts'

const { json, created, problem, invalid, unavailable } = answer
const noAccount = problem('No such account')
const taken = problem('Another account has this name')
const body = jsonRequest.body(newAccountSchema)

export const apiDocument = describeApi('account', 'Keeps the name and the address of each account.', [
  {
    method: 'post',
    path: '/accounts',
    summary: 'Add an account',
    description: 'Names are unique. They are compared exactly, so Kim and kim are two names.',
    request: { body },
    responses: {
      201: created('The account', accountSchema),
      ...jsonRequest.refusals,
      409: taken,
      503: unavailable
    }
  },
  {
    method: 'get',
    path: '/accounts',
    summary: 'List the accounts, newest first',
    request: { query: pageQuerySchema },
    responses: { 200: json('A page of accounts', accountPageSchema), 400: invalid, 503: unavailable }
  },
  {
    method: 'get',
    path: '/accounts/search/findByName',
    summary: 'Find the account of a name',
    request: { query: nameQuerySchema },
    responses: { 200: json('The account', accountSchema), 400: invalid, 404: noAccount, 503: unavailable }
  },
  {
    method: 'get',
    path: '/accounts/{id}',
    summary: 'Read an account',
    request: { params: idPathSchema },
    responses: { 200: json('The account', accountSchema), 400: invalid, 404: noAccount, 503: unavailable }
  },
  {
    method: 'put',
    path: '/accounts/{id}',
    summary: 'Change an account',
    request: { params: idPathSchema, body },
    responses: {
      200: json('The account', accountSchema),
      ...jsonRequest.refusals,
      404: noAccount,
      409: taken,
      503: unavailable
    }
  },
  {
    method: 'delete',
    path: '/accounts/{id}',
    summary: 'Delete an account',
    request: { params: idPathSchema },
    responses: { 204: { description: 'It is gone' }, 400: invalid, 404: noAccount, 503: unavailable }
  }
])
