import type { Answered } from './write-asked.ts'

/** The command that sends a request of a contract, and what it answers. */
export function curlFor(url: string, { request, response }: Answered): string {
  const { method, path, query = {}, headers = {}, body } = request
  const search = new URLSearchParams(pairs(query)).toString()
  const options = [
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...pairs(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(JSON.stringify(body.content))}`])
  ]
  const command = ['curl', '-i', quoted(`${url}${path}${search === '' ? '' : `?${search}`}`), ...options].join(' ')
  const answer = response.body === undefined ? '' : ` ${JSON.stringify(response.body.content)}`
  return `  ${command}\n  → ${response.status}${answer}`
}

const pairs = (values: Readonly<Record<string, readonly string[]>>): [string, string][] =>
  Object.entries(values).flatMap(([name, each]) => each.map((value): [string, string] => [name, value]))

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
