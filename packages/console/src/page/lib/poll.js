/**
 * Loads again and again while a screen is shown, and stops with it: answers the function that stops it. `load` answers
 * the pause until the next time in milliseconds, or nothing to end.
 */
export function poll(load) {
  const stopped = new AbortController()
  const run = async () => {
    const pause = document.hidden ? 1_000 : await load(stopped.signal)
    if (!stopped.signal.aborted && pause !== undefined) setTimeout(run, pause)
  }
  void run()
  return () => stopped.abort()
}
