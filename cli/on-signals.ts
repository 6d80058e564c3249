import { isatty } from 'node:tty'

/**
 * Calls `stop` at the first Ctrl-C, SIGTERM or SIGHUP and ends the process when it is through; a
 * second Ctrl-C does not wait. With `reload`, SIGHUP means that instead where no terminal can have
 * sent it by being closed: so do service managers ask for it.
 */
export function onSignals(
  stop: () => Promise<void>,
  { reload }: { readonly reload?: () => Promise<void> } = {},
): void {
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  const hasTerminal = [0, 1, 2].some((stream) => isatty(stream))
  if (reload === undefined || hasTerminal) process.on('SIGHUP', end)
  else process.on('SIGHUP', () => void reload().catch(console.error))
}
