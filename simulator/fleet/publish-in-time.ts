import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Act } from '#simulator/network/act.ts'

// Shorter pauses cost more than they gain; longer ones would be felt when stopping.
const SHORTEST_MS = 4
const LONGEST_MS = 100
// Behind time, sockets must still be served between two helpings.
const HELPING = 1_000

/** Performs each act when its time has come, until `until` or the signal. */
export async function publishInTime(
  stream: Iterator<Act, void>,
  until: EpochMs,
  clock: Clock,
  signal: AbortSignal,
  perform: (act: Act) => void,
): Promise<void> {
  let next = stream.next()
  while (!signal.aborted) {
    const now = clock.now()
    let handed = 0
    while (!next.done && next.value.at <= now && handed < HELPING) {
      perform(next.value)
      handed += 1
      next = stream.next()
    }
    if (handed === HELPING) {
      await turn()
      continue
    }
    const due = next.done ? until : next.value.at
    if (next.done && now >= until) return
    await pause(Math.max(SHORTEST_MS, Math.min(LONGEST_MS, due - now)))
  }
}
