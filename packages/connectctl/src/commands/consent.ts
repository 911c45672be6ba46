import { ConnectctlError } from '../errors.ts'
import type { Context } from './context.ts'

/** Continues only with --yes or after a person's yes. */
export async function requireConsent(question: string, yes: boolean, context: Context): Promise<void> {
  if (yes || (await context.confirm(question))) return
  throw new ConnectctlError('NOT_CONFIRMED', 'Nothing was changed. Answer y, or pass --yes')
}
