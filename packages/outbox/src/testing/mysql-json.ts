/** The text of a JSON column as it comes back: members sorted by the length of their names, then by their bytes. */
export function mysqlJson(text: string): string {
  return JSON.stringify(sorted(JSON.parse(text)))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => ({ name: Buffer.from(name), member: sorted(member) }))
  members.sort((a, b) => a.name.length - b.name.length || Buffer.compare(a.name, b.name))
  return Object.fromEntries(members.map(({ name, member }) => [name.toString(), member]))
}
