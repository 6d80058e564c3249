/**
 * Calls back once on Ctrl-C or SIGTERM. A second Ctrl-C ends the process at once, as ever. Returns
 * what stops listening.
 */
export function onInterruption(callback: () => void): () => void {
  const stop = (): void => {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
  const interrupted = (): void => {
    stop()
    callback()
  }
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', interrupted)
  return stop
}
