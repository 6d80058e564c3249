import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { EpochMs } from '#model/time.ts'
import type { Act } from '#simulator/network/act.ts'
import type { VirtualClock } from './virtual-clock.ts'

// Shorter pauses cost more than they gain; longer ones would be felt when stopping.
const SHORTEST_MS = 4
const LONGEST_MS = 100
// Behind time, sockets must still be served between two helpings.
const HELPING = 500

export interface Performer {
  perform(act: Act): void
  /** Resolves when more may be handed over. */
  room(): Promise<void>
}

export interface Pacing {
  readonly clock: VirtualClock
  /** What is due at it or later is under way still: no clock holds it back. */
  readonly endedAt: EpochMs
  readonly signal: AbortSignal
  /** How a pause is made; by a timer when absent. */
  readonly pause?: (span_ms: number) => Promise<unknown>
}

/**
 * Performs each act when its time has come and there is room for it, until they are all over or the
 * signal says stop; not before the end of the run.
 */
export async function performInTime(
  stream: Generator<Act, void>,
  fleet: Performer,
  { clock, endedAt, signal, pause: wait = pause }: Pacing,
): Promise<void> {
  let interrupt = (): void => undefined
  signal.addEventListener('abort', () => interrupt(), { once: true })
  const room = (): Promise<void> =>
    new Promise((resolve, reject) => {
      interrupt = resolve
      if (signal.aborted) resolve()
      else fleet.room().then(resolve, reject)
    })
  let next = signal.aborted ? undefined : stream.next()
  while (next && !signal.aborted) {
    const now = clock.now()
    const upTo = now >= endedAt ? Number.POSITIVE_INFINITY : now
    let handed = 0
    while (!next.done && next.value.at <= upTo && handed < HELPING) {
      fleet.perform(next.value)
      handed += 1
      next = stream.next()
    }
    if (next.done && now >= endedAt) return
    if (handed > 0) await room()
    if (handed === HELPING) {
      await turn()
      continue
    }
    const due = next.done ? endedAt : Math.min(endedAt, next.value.at)
    const left = clock.until(due as EpochMs)
    await wait(Math.max(SHORTEST_MS, Math.min(LONGEST_MS, left)))
  }
  // What was under way is lost, and counted so.
  stream.return()
}
