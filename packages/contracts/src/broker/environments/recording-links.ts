import type { Knex } from 'knex'
import type { MoreLinks } from '../pacticipants/show-version.ts'
import { listEnvironments } from './environment-store.ts'

/** Where the tools record that a version is deployed or released, for each environment. */
export function recordingLinks(db: Knex): MoreLinks {
  return async (href, { pacticipant, version }) => {
    const environments = await listEnvironments(db)
    const to = (part: string) =>
      environments.map(({ id, name, displayName }) => ({
        href: href('pacticipants', pacticipant.name, 'versions', version.number, part, 'environment', id),
        title: displayName,
        name
      }))
    return { 'pb:record-deployment': to('deployed-versions'), 'pb:record-release': to('released-versions') }
  }
}
