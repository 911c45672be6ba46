import { readFile } from 'node:fs/promises'

export type Properties = Readonly<Record<string, string | number | boolean>>

/** The settings of a properties file's text. */
export function settingsIn(text: string): Properties {
  const lines = text.matchAll(/^([\w.-]+)=(.*)$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
}

/** The settings of a properties file, in which `${NAME}` is replaced from `references`. */
export async function readProperties(file: string, references: Readonly<Record<string, string>>): Promise<Properties> {
  const text = await readFile(file, 'utf8')
  return settingsIn(text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, key: string) => references[key] ?? whole))
}

export function propertiesText(settings: Properties): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
