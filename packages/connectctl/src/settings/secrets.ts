import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

const reference = /^\$\{(\w+):(?:([^:}]*):)?([^}]*)\}$/

/** Whether a setting's value must never be shown. */
export function isSecretKey(key: string): boolean {
  return /password|secret|credential|sasl\.jaas|private\.key|api\.?key|token|user\.info/i.test(key)
}

/** Whether a config provider of the worker fills in the value, such as `${dir:/run/secrets:debezium}`. */
export function isSecretReference(value: string): boolean {
  return reference.test(value)
}

/** Resolves a `${dir:…}`, `${file:…}` or `${env:…}` reference on this machine; returns other values unchanged. */
export async function resolveReference(value: string, environment: Environment): Promise<string> {
  const [, provider, path = '', key = ''] = reference.exec(value) ?? []
  if (provider === 'dir') return (await readFile(join(path, key), 'utf8')).trimEnd()
  if (provider === 'env') return environment[key] ?? ''
  if (provider === 'file') return propertyIn(await readFile(path, 'utf8'), key)
  return value
}

function propertyIn(properties: string, key: string): string {
  const line = properties.split('\n').find(text => text.slice(0, text.indexOf('=')).trim() === key)
  return line === undefined ? '' : line.slice(line.indexOf('=') + 1).trim()
}
