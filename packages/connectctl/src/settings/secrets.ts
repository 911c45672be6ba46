export type { Environment } from '@outbox-cdc/outbox/security'

const reference = /\$\{\w+:(?:[^:}]*:)?[^}]*\}/g

/** Whether a setting's value must never be shown. */
export function isSecretKey(key: string): boolean {
  return /password|secret|credential|sasl\.jaas|private\.key|keystore\.key|api\.?key|token(?!\.endpoint)|user\.info/i.test(
    key
  )
}

/** Whether a config provider of the worker fills in the value, such as `${dir:/run/secrets:debezium}`. */
export function isSecretReference(value: string): boolean {
  return value.replace(reference, '') === '' && value !== ''
}

/** Whether a secret is hidden: the whole value is a reference, or each password that a JAAS line names. */
export function hidesSecret(key: string, value: string): boolean {
  if (!/sasl\.jaas/i.test(key)) return isSecretReference(value)
  const options = [...value.matchAll(/([\w.]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]+)/g)]
  const secrets = options.filter(([, name = '']) => /password|secret|token/i.test(name))
  return secrets.every(([, , given = '']) => isSecretReference(given.replace(/^"(.*)"$/, '$1')))
}
