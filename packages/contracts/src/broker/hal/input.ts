import { textSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'

/** The name of a participant, a branch, a tag, an environment, or a version number. */
export const nameSchema = textSchema(255)

/** The address of a build or a repository; it's only shown. */
export const urlSchema = textSchema(1000).nullish()

export const emptyBody = z.object({}).nullish()
