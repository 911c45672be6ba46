import type { Href } from '../hal/hal.ts'
import type { PublishResult } from './publish-contracts.ts'

/** What the tools print after publishing, and the links that they follow. */
export function describePublishing(href: Href, { consumer, version, contracts }: PublishResult): object {
  const self = href('pacticipants', consumer.name)
  const versionHref = href('pacticipants', consumer.name, 'versions', version.number)
  const notices = contracts.map(({ provider, isNew }) => {
    const between = `contract between ${consumer.name} version ${version.number} and ${provider}`
    return isNew
      ? { type: 'success', text: `Published the ${between}.` }
      : { type: 'info', text: `The ${between} was published before and has not changed.` }
  })
  return {
    logs: notices.map(({ text }) => ({ level: 'info', message: text, deprecationWarning: 'Replaced by notices' })),
    notices,
    _embedded: {
      pacticipant: { name: consumer.name, _links: { self: { href: self, title: 'Pacticipant', name: consumer.name } } },
      version: {
        number: version.number,
        buildUrl: version.buildUrl,
        _links: { self: { href: versionHref, title: 'Version', name: version.number } }
      }
    },
    _links: {
      self: { href: href('contracts', 'publish') },
      'pb:pacticipant': { href: self, title: 'Pacticipant', name: consumer.name },
      'pb:pacticipant-version': { href: versionHref, title: 'Pacticipant version', name: version.number },
      'pb:pacticipant-version-tags': version.tags.map(tag => ({
        href: `${versionHref}/tags/${encodeURIComponent(tag)}`,
        title: 'Tag',
        name: tag
      })),
      'pb:contracts': contracts.map(({ provider }) => ({
        href: href('pacts', 'provider', provider, 'consumer', consumer.name, 'version', version.number),
        title: 'Contract',
        name: `Contract between ${consumer.name} (${version.number}) and ${provider}`
      }))
    }
  }
}
