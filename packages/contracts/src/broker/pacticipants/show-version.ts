import type { Href, Link } from '../hal/hal.ts'
import type { Pacticipant } from './pacticipant-store.ts'
import type { Version } from './version-store.ts'

type Links = Readonly<Record<string, Link | readonly Link[]>>
type Of = { readonly pacticipant: Pacticipant; readonly version: Version }

/** Links that another part of the broker adds to a version. */
export type MoreLinks = (href: Href, of: Of) => Promise<Links>

export function showVersion(href: Href, { pacticipant, version, links }: Of & { readonly links: Links }): object {
  const { number, buildUrl, createdAt, branches, tags } = version
  const of = (...rest: readonly string[]) => href('pacticipants', pacticipant.name, ...rest)
  const branchVersions = branches.map(name => {
    const self = { href: of('branches', name, 'versions', number), name }
    return { name, latest: false, _links: { self } }
  })
  const tagged = tags.map(name => ({ name, _links: { self: { href: of('versions', number, 'tags', name), name } } }))
  return {
    number,
    createdAt,
    ...(buildUrl !== null && { buildUrl }),
    _embedded: { branchVersions, tags: tagged },
    _links: {
      self: { href: of('versions', number), title: 'Version', name: number },
      'pb:pacticipant': { href: of(), title: 'Pacticipant', name: pacticipant.name },
      'pb:tag': { href: `${of('versions', number)}/tags/{tag}`, title: 'A tag of this version', templated: true },
      ...links
    }
  }
}
