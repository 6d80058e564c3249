import { Presets, SingleBar } from 'cli-progress'
import type { DurationMs } from '#model/time.ts'

/** A bar of the time of a run, on the terminal. */
export interface ProgressBar {
  show(simulated_ms: number, words: string): void
  /** Gives the terminal back; may be called twice. */
  close(): void
}

export function progressBar(duration: DurationMs): ProgressBar {
  const single = new SingleBar(
    { format: '{bar} {time}  {words}', hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  )
  let begun = false
  return {
    show(simulated_ms, words) {
      if (!begun) single.start(duration, 0, { time: '', words: '' })
      begun = true
      const time = clockText(simulated_ms)
      single.update(Math.min(duration, simulated_ms), { time, words })
    },
    close() {
      if (begun) single.stop()
      begun = false
    },
  }
}

/** `1:05:09`, with days in front where there are any. */
export function clockText(span_ms: number): string {
  const whole = Math.floor(span_ms / 1_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor(whole / 3_600) % 24
  const clock = `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return days > 0 ? `${days}d ${clock}` : clock
}
