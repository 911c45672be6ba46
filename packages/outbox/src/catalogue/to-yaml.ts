/** Plain data as YAML: every string is quoted as in JSON, of which YAML is a superset, unless it is a plain word. */
export function toYaml(value: unknown): string {
  return `${block(value, 0).trimStart()}\n`
}

function block(value: unknown, depth: number): string {
  const indent = `\n${'  '.repeat(depth)}`
  if (Array.isArray(value) && value.length > 0)
    return value.map(item => `${indent}- ${block(item, depth + 1).trimStart()}`).join('')
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${indent}${scalar(name)}:${inline(member) ? ' ' : ''}${block(member, depth + 1)}`)
      .join('')
  return scalar(value)
}

function inline(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0
}

function scalar(value: unknown): string {
  const reserved = /^(true|false|null|yes|no|on|off|y|n)$/i
  if (typeof value === 'string' && /^[A-Za-z_][\w./-]*$/.test(value) && !reserved.test(value)) return value
  return JSON.stringify(value)
}
