import pretty from 'pino-pretty'

type Output = { readonly isTTY?: boolean; write(text: string): unknown }

/** Writes the services' JSON log lines in short readable form, one line each, with the service's name in front. */
export function logLines(output: Output): (name: string, line: string) => void {
  const format = pretty.prettyFactory({
    colorize: output.isTTY === true,
    singleLine: true,
    ignore: 'pid,hostname,name',
    translateTime: 'SYS:HH:MM:ss.l'
  })
  return (name, line) => output.write(`${name.padEnd(16)} ${format(line).trimEnd()}\n`)
}
