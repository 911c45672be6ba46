/** How many connections to a local port are established, by a table such as /proc/net/tcp. */
export function countEstablished(table: string, port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').filter(line => {
    const [, local = '', , state] = line.trim().split(/\s+/)
    return local.endsWith(wanted) && state === '01'
  }).length
}
