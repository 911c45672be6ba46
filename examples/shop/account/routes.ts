import { idPathSchema, jsonBody, notFound, onlyMethods, pageQuerySchema, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { addAccount, changeAccount, findAccount, listAccounts, removeAccount } from './accounts.ts'
import { nameQuerySchema, newAccountSchema } from './requests.ts'

export function createRoutes(db: Knex): Router {
  const routes = Router()
  routes
    .route('/accounts')
    .get(async (request, response) => {
      response.json(await listAccounts(db, validated(pageQuerySchema, request.query, 'query')))
    })
    .post(...jsonBody, async (request, response) => {
      const account = await addAccount(db, validated(newAccountSchema, request.body, 'body'))
      response.status(201).location(`/accounts/${account.id}`).json(account)
    })
    .all(onlyMethods('GET, HEAD, POST'))
  routes
    .route('/accounts/search/findByName')
    .get(async (request, response) => {
      const { name } = validated(nameQuerySchema, request.query, 'query')
      const account = await findAccount(db, { name })
      if (account === undefined) throw notFound(`There is no account of the name ${name}`)
      response.json(account)
    })
    .all(onlyMethods('GET, HEAD'))
  routes
    .route('/accounts/:id')
    .get(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const account = await findAccount(db, { id })
      if (account === undefined) throw noAccount(id)
      response.json(account)
    })
    .put(...jsonBody, async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      const account = { id, ...validated(newAccountSchema, request.body, 'body') }
      if (!(await changeAccount(db, account))) throw noAccount(id)
      response.json(account)
    })
    .delete(async (request, response) => {
      const { id } = validated(idPathSchema, request.params, 'path')
      if (!(await removeAccount(db, id))) throw noAccount(id)
      response.status(204).end()
    })
    .all(onlyMethods('GET, HEAD, PUT, DELETE'))
  return routes
}

const noAccount = (id: number) => notFound(`There is no account ${id}`)
