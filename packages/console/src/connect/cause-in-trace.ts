/** The innermost cause of a Java stack trace, in one line and without the exception's package. */
export function causeInTrace(trace: string): string {
  const lines = trace.split('\n').filter(line => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line))
  const told = lines
    .filter((line, index) => index === 0 || line.startsWith('Caused by: '))
    .map(line => line.replace(/^Caused by: /, '').replace(/^(?:[a-z][\w$]*\.)+/, ''))
  // An innermost `NullPointerException` says less than the sentence around it.
  const speaking = told.findLast(line => /\s/.test(line)) ?? told.at(-1) ?? 'no cause was given'
  return speaking.length > 300 ? `${speaking.slice(0, 299)}…` : speaking
}
