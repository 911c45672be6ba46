/** Who brought the flow back, as the logs tell it; where nobody did anything, the parts healed by themselves. */
export function healers(logs: readonly string[]): string {
  const supervisor = logs.some(line => / is back after /.test(line)) ? ['supervisor'] : []
  const keepers = logs.filter(line => line.startsWith('keeper '))
  const keeper = keepers.some((line, index) => acted(line, keepers[index + 1] ?? ''))
  const healing = [...supervisor, ...(keeper ? ['keeper'] : [])]
  return healing.length === 0 ? 'itself' : healing.join(', ')
}

/** Connect that is still starting knows no connector and takes none: such an attempt heals nothing. */
function acted(line: string, next: string): boolean {
  return line.includes('"restarting"') || (line.includes('applying its file again') && !next.includes('"level":50'))
}
