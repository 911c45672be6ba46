import { type RequestHandler, Router } from 'express'
import type { Knex } from 'knex'
import { contractRoutes } from './contracts/contract-routes.ts'
import { deploymentRoutes } from './environments/deployment-routes.ts'
import { environmentRoutes } from './environments/environment-routes.ts'
import { recordingLinks } from './environments/recording-links.ts'
import { answerErrors } from './hal/answer-errors.ts'
import { sendHal } from './hal/hal.ts'
import { readBodies } from './hal/read-bodies.ts'
import { indexRoutes } from './index-routes.ts'
import { matrixRoutes } from './matrix/matrix-routes.ts'
import { pageFiles } from './page-files.ts'
import { branchRoutes } from './pacticipants/branch-routes.ts'
import { pacticipantRoutes } from './pacticipants/pacticipant-routes.ts'
import { versionRoutes } from './pacticipants/version-routes.ts'
import { forVerificationRoutes } from './verifications/for-verification-routes.ts'
import { verificationRoutes } from './verifications/verification-routes.ts'
import { viewRoutes } from './views/view-routes.ts'

/** Everything that the broker answers, behind `guard`. */
export function brokerRoutes(db: Knex, guard: RequestHandler): Router {
  return Router()
    .use(guard)
    .get('/diagnostic/status/heartbeat', (_, response) => sendHal(response, { ok: true }))
    .use(pageFiles())
    .use(readBodies())
    .use(viewRoutes(db), indexRoutes(), contractRoutes(db), forVerificationRoutes(db), verificationRoutes(db))
    .use(pacticipantRoutes(db), versionRoutes(db, recordingLinks(db)), branchRoutes(db))
    .use(environmentRoutes(db), deploymentRoutes(db), matrixRoutes(db))
    .use(answerErrors())
}
