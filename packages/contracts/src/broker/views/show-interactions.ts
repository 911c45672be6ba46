import type { Interaction as ShownInteraction } from '../../api/page-shapes.ts'
import {
  type ContractFile,
  type ContractKind,
  type Interaction,
  interactionsOf,
  textIn
} from '../contracts/contract-file.ts'

/** The interactions of a contract in one shape, whichever version of the format it's written in. */
export const showInteractions = (file: ContractFile): readonly ShownInteraction[] =>
  interactionsOf(file).map(({ kind, interaction }) => show(kind, interaction))

type Values = Readonly<Record<string, unknown>>

function show(kind: ContractKind, interaction: Interaction): ShownInteraction {
  const about = { kind, description: textIn(interaction['description']), states: statesOf(interaction) }
  if (kind === 'message') {
    const { metadata, metaData } = interaction
    const rules = valuesIn(interaction['matchingRules'])
    const contents = 'contents' in interaction ? { contents: contentOf(interaction['contents']) } : {}
    return {
      ...about,
      ...contents,
      metadata: valuesIn(metadata ?? metaData),
      rules: { contents: rules, metadata: rules }
    }
  }
  const [request, response] = [valuesIn(interaction['request']), valuesIn(interaction['response'])]
  return {
    ...about,
    request: {
      method: textIn(request['method'], 'GET'),
      path: textIn(request['path'], '/'),
      ...(request['query'] !== undefined && { query: valuesIn(request['query']) }),
      ...shared(request)
    },
    response: { status: Number(response['status'] ?? 200), ...shared(response) },
    rules: { request: valuesIn(request['matchingRules']), response: valuesIn(response['matchingRules']) }
  }
}

const shared = ({ headers, body }: Values) => ({
  ...(headers !== undefined && { headers: valuesIn(headers) }),
  ...(body !== undefined && { body: contentOf(body) })
})

function statesOf({ providerStates, providerState }: Interaction): ShownInteraction['states'] {
  if (typeof providerState === 'string') return [{ name: providerState }]
  const list: unknown[] = Array.isArray(providerStates) ? providerStates : []
  return list.map(state => {
    const { name, params } = valuesIn(state)
    return { name: textIn(name), ...(params !== undefined && { params: valuesIn(params) }) }
  })
}

/** The format's version 4 wraps a body together with its type. */
function contentOf(body: unknown): unknown {
  const { contentType, encoded, content } = valuesIn(body)
  return typeof contentType === 'string' && encoded !== undefined ? content : body
}

const valuesIn = (value: unknown): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}
