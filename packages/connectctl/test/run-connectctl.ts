import { run } from '../src/commands/program.ts'

export type Answer = { readonly code: number; readonly out: string; readonly err: string }

/** What a terminal would see of a command whose questions are all answered with no. */
export async function runConnectctl(
  args: readonly string[],
  environment: Readonly<Record<string, string>>
): Promise<Answer> {
  const out: string[] = []
  const err: string[] = []
  const code = await run(args, {
    environment,
    write: text => void out.push(text),
    note: text => void err.push(text),
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => Promise.resolve()
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
