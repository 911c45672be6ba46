import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

type Asked = {
  readonly authUrl: string
  /** Where auth keeps the secrets of its clients. */
  readonly folder: string
  readonly client: string
}

/** Asks auth for a token of a client, with the secret from its file. */
export async function askToken({ authUrl, folder, client }: Asked): Promise<string> {
  const secret = await readFile(join(folder, client), 'utf8').catch(error => {
    throw new Error(`There is no secret of ${client}: ${error.message}`)
  })
  const response = await fetch(`${authUrl}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret.trim()}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(10_000)
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`auth refuses a token to ${client} (${response.status}): ${answer}`)
  return JSON.parse(answer).access_token
}
