const wanted = /^(?:# (?:HELP|TYPE) )?(?:debezium_|kafka_connect_)/

/** The figures of the workers' JMX exporters, as they are; a worker that does not answer has none. */
export async function jmxFigures(urls: readonly string[]): Promise<string> {
  const texts = await Promise.all(
    urls.map(async url => {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
        return await response.text()
      } catch {
        return ''
      }
    })
  )
  return withoutRepeatedHelp(texts.flatMap(text => text.split('\n')).filter(line => wanted.test(line)))
}

function withoutRepeatedHelp(lines: readonly string[]): string {
  const seen = new Set<string>()
  return lines
    .filter(line => !line.startsWith('#') || (!seen.has(line) && seen.add(line)))
    .map(line => `${line}\n`)
    .join('')
}
