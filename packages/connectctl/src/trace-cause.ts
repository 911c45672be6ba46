/** The innermost cause of a Java stack trace, in one line: the last `Caused by`, without the exception's package. */
export function causeInTrace(trace: string): string {
  const lines = trace.split('\n').filter(line => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line))
  const causes = lines.filter(line => line.startsWith('Caused by: '))
  const told = (causes.length > 0 ? causes : lines.slice(0, 1)).map(withoutPackage)
  const innermost = told.at(-1) ?? 'no cause was given'
  const speaking = told.findLast(line => /\s/.test(line)) ?? innermost
  return speaking.length > 400 ? `${speaking.slice(0, 397)}…` : speaking
}

function withoutPackage(line: string): string {
  return line.replace(/^Caused by: /, '').replace(/^(?:[a-z][\w$]*\.)+/, '')
}
