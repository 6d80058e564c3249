import type { DurationMs, EpochMs } from '#model/time.ts'
import { between, gaussian, type Random } from '#simulator/random/random.ts'
import type { Signal } from '#simulator/signals/signal.ts'

interface Wandering {
  readonly deviation: number
  readonly memory: DurationMs
  /** It is not taken further more often than this. */
  readonly step: DurationMs
}

/**
 * Wanders slowly around a value drawn from `middle`, never further than three deviations, and
 * draws nothing while it is asked within one step.
 */
export function steadySignal(
  random: Random,
  middle: readonly [number, number],
  { deviation, memory, step }: Wandering,
): Signal {
  const centre = between(random, ...middle)
  let off = gaussian(random)
  let last: EpochMs | undefined
  return (at) => {
    last ??= at
    if (at - last >= step) {
      const kept = Math.exp((last - at) / memory)
      const fresh = Math.sqrt(1 - kept * kept) * gaussian(random)
      off = Math.max(-3, Math.min(3, off * kept + fresh))
      last = at
    }
    return centre + deviation * off
  }
}
