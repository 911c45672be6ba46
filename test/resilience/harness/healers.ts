/** Who brought the flow back, as the logs tell it; where nobody did anything, the parts healed by themselves. */
export function healers(logs: readonly string[]): string {
  const supervisor = logs.some(line => / is back after /.test(line)) ? ['supervisor'] : []
  const keeper = logs.some(line => line.startsWith('keeper ') && /"restarting"|applying its file again/.test(line))
  const healing = [...supervisor, ...(keeper ? ['keeper'] : [])]
  return healing.length === 0 ? 'itself' : healing.join(', ')
}
