import { ConnectctlError } from '../errors.ts'
import type { Context } from './context.ts'

/** Goes on only with --yes or a person's yes. */
export async function requireConsent(question: string, yes: boolean, context: Context): Promise<void> {
  if (yes || (await context.confirm(question))) return
  throw new ConnectctlError('NOT_CONFIRMED', 'Nothing was changed: answer y, or use --yes')
}
