import { Router } from 'express'
import { hrefOf, sendHal } from './hal/hal.ts'

/** Where the tools find everything else. */
export function indexRoutes(): Router {
  return Router().get('/', (request, response) => {
    const href = hrefOf(request)
    const root = href('').replace(/\/$/, '')
    const template = (path: string, title: string) => ({ href: `${root}${path}`, title, templated: true })
    const plain = (path: string, title: string) => ({ href: `${root}${path}`, title, templated: false })
    sendHal(response, {
      name: 'contract broker',
      description:
        'Broker-compatible: it speaks the API of the Pact Broker that its official clients use. It is not the Pact Broker.',
      _links: {
        self: plain('/', 'Index'),
        'pb:publish-contracts': plain('/contracts/publish', 'Publish contracts'),
        'pb:latest-pact-versions': plain('/pacts/latest', 'The latest contract of each consumer with each provider'),
        'pb:pacticipants': plain('/pacticipants', 'Pacticipants'),
        'pb:pacticipant': template('/pacticipants/{pacticipant}', 'A pacticipant'),
        'pb:latest-version': template('/pacticipants/{pacticipant}/latest-version', 'Its latest version'),
        'pb:latest-tagged-version': template(
          '/pacticipants/{pacticipant}/latest-version/{tag}',
          'Its latest version with a tag'
        ),
        'pb:pacticipant-version': template('/pacticipants/{pacticipant}/versions/{version}', 'A version'),
        'pb:pacticipant-version-tag': template('/pacticipants/{pacticipant}/versions/{version}/tags/{tag}', 'A tag'),
        'pb:pacticipant-branch': template('/pacticipants/{pacticipant}/branches/{branch}', 'A branch'),
        'pb:pacticipant-branch-version': template(
          '/pacticipants/{pacticipant}/branches/{branch}/versions/{version}',
          'A version on a branch'
        ),
        'pb:provider-pacts-for-verification': template(
          '/pacts/provider/{provider}/for-verification',
          'The contracts that a provider has to verify'
        ),
        'pb:environments': plain('/environments', 'Environments'),
        'pb:environment': template('/environments/{environment}', 'An environment')
      }
    })
  })
}
