import { SettingsError } from './settings-error.ts'
import type { Token } from './oauth-token.ts'

type Signer = {
  readonly generateAuthToken: (options: { readonly region: string }) => Promise<{
    readonly token: string
    /** Milliseconds since 1970. */
    readonly expiryTime: number
  }>
}

const signer = 'aws-msk-iam-sasl-signer-js'

/** Tokens of AWS for Amazon MSK, signed with the usual credentials of the process. Needs AWS's package for it. */
export function mskToken(
  region: string,
  load: () => Promise<Signer> = () => import(signer) as Promise<Signer>
): () => Promise<Token> {
  return async () => {
    const { generateAuthToken } = await load().catch((cause: unknown) => {
      throw new SettingsError(`KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs the package ${signer}: npm install ${signer}`, {
        cause
      })
    })
    const { token, expiryTime } = await generateAuthToken({ region })
    return { value: token, lifetimeMs: expiryTime - Date.now() }
  }
}
