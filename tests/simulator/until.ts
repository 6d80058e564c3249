import { setTimeout as pause } from 'node:timers/promises'

/** Waits until it is so, and fails loudly when it never becomes so. */
export async function until(
  isSo: () => boolean,
  what: string,
  deadline_ms = 10_000,
): Promise<void> {
  const end = performance.now() + deadline_ms
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it never came about that ${what}`)
    await pause(5)
  }
}
