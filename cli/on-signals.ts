/**
 * Calls `stop` at the first Ctrl-C, SIGTERM or SIGHUP and ends the process when it is through; a
 * second Ctrl-C does not wait.
 */
export function onSignals(stop: () => Promise<void>): void {
  let stopping = false
  const end = (): void => {
    if (stopping) process.exit(130)
    stopping = true
    stop().then(
      () => process.exit(),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
}
