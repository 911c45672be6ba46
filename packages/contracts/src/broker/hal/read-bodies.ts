import { json, Router } from 'express'

const bodyUpTo = (limit: number) => json({ limit, inflate: false, type: ['application/json', 'application/*+json'] })

/** Reads JSON bodies, each up to a limit: contracts and results are large, all else is a few names. */
export const readBodies = (): Router =>
  Router()
    .post('/contracts/publish', bodyUpTo(10_000_000))
    .post(/\/verification-results$/, bodyUpTo(5_000_000))
    .use(bodyUpTo(100_000))
