import type { Progress } from '@outbox-cdc/stack'

type Output = { readonly isTTY?: boolean; write(text: string): unknown }

const reminderMs = 15_000

/** Shows each step with its time: on a terminal one live line for what runs, in a pipe a line when a step ends. */
export function progressLines(output: Output): Progress {
  const running = new Map<string, number>()
  const live = output.isTTY === true

  function draw(): void {
    if (!live) return
    const now = Date.now()
    const words = [...running].map(([step, began]) => `${step} ${Math.floor((now - began) / 1000)} s`)
    output.write(`\r\x1b[K${words.length > 0 ? `… ${words.join(' · ').slice(0, 110)}` : ''}`)
  }

  function remind(step: string, began: number): void {
    if (!live) output.write(`… ${step}: ${Math.round((Date.now() - began) / 1000)} s so far\n`)
  }

  return async (step, work) => {
    const began = Date.now()
    running.set(step, began)
    draw()
    const redraw = setInterval(draw, 250)
    const reminder = setInterval(() => remind(step, began), reminderMs)
    try {
      const result = await work()
      output.write(
        `${live ? '\r\x1b[K' : ''}✓ ${step.padEnd(58)} ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s\n`
      )
      return result
    } finally {
      clearInterval(redraw)
      clearInterval(reminder)
      running.delete(step)
      draw()
    }
  }
}
