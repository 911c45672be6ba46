/** JSON text as Debezium reads it from MySQL: members sorted by the length of their names, then by their bytes. */
export function mysqlJson(text: string): string {
  return write(JSON.parse(text))
}

// By hand, because a JavaScript object puts a member named `10` first.
function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => ({ name: Buffer.from(name), member }))
  members.sort((a, b) => a.name.length - b.name.length || Buffer.compare(a.name, b.name))
  return `{${members.map(({ name, member }) => `${JSON.stringify(String(name))}:${write(member)}`).join(',')}}`
}
