import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, SettingsError } from './settings-error.ts'

const references = /\$\{(?:dir|file|env):[^}]*\}/g
const parts = /^\$\{(\w+):(?:([^:]*):)?(.*)\}$/

/**
 * Replaces each `${dir:FOLDER:FILE}`, `${file:FILE:KEY}` and `${env:NAME}`, so that no variable needs to hold a secret.
 * Inside a URL a secret is percent-encoded; a URL that is a secret as a whole stays as it is. Throws a `SettingsError`.
 */
export function resolveSecrets(value: string, environment: Environment): string {
  return value.replace(references, reference => {
    const secret = secretOf(reference, environment)
    return reference !== value && value.includes('://') ? encodeURIComponent(secret) : secret
  })
}

function secretOf(reference: string, environment: Environment): string {
  const [, provider, path = '', key = ''] = parts.exec(reference) ?? []
  if (provider === 'dir') return readText(reference, join(path, key)).trimEnd()
  const value = provider === 'env' ? environment[key] : propertyIn(readText(reference, path), key)
  if (value !== undefined) return value
  throw new SettingsError(
    provider === 'env' ? `${reference}: ${key} is not set` : `${reference}: ${path} has no ${key}`
  )
}

/** The text of a file that a setting names. */
export function readText(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as { readonly code?: string }).code ?? 'unknown error'
    throw new SettingsError(`${setting}: ${path} can't be read (${code})`)
  }
}

function propertyIn(properties: string, key: string): string | undefined {
  const line = properties.split('\n').find(text => text.slice(0, text.indexOf('=')).trim() === key)
  return line?.slice(line.indexOf('=') + 1).trim()
}
