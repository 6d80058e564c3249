import type { DurationMs } from '#model/time.ts'
import type { DryRunProgress, DryRunResult } from '#simulator/run/dry-run.ts'
import { clockText, progressBar } from './progress-bar.ts'

/** Shows how far a dry run is. What it says never mixes with the lines of the run. */
export interface DryRunDisplay {
  show(progress: DryRunProgress & { readonly simulated_ms: number }): void
  /** Gives the terminal back; may be called twice. */
  close(): void
  summarize(result: DryRunResult, took_ms: number): void
}

const PLAIN_EVERY_MS = 5_000
const BAR_EVERY_MS = 250

export function dryRunDisplay(
  duration: DurationMs,
  { json, toOutput }: { readonly json: boolean; readonly toOutput: boolean },
): DryRunDisplay {
  const say = toOutput ? console.error : console.log
  const bar = !json && process.stderr.isTTY ? progressBar(duration) : null
  const every_ms = bar ? BAR_EVERY_MS : PLAIN_EVERY_MS
  let nextAt = performance.now() + every_ms
  return {
    show(progress) {
      if (performance.now() < nextAt) return
      nextAt = performance.now() + every_ms
      const { simulated_ms, messages, readings, lost, bytes } = progress
      if (json) say(JSON.stringify({ type: 'progress', ...progress }))
      else if (bar) bar.show(simulated_ms, words(progress))
      else
        console.error(`${clockText(simulated_ms)}  ${words({ messages, readings, lost, bytes })}`)
    },
    close: () => bar?.close(),
    summarize({ messages, readings, lost, bytes }, took_ms) {
      if (json) {
        const summary = { messages, readings, lost, bytes, took_ms: Math.round(took_ms) }
        say(JSON.stringify({ type: 'summary', ...summary }))
        return
      }
      say(
        [
          `messages  ${messages} in ${(took_ms / 1_000).toFixed(1)} s`,
          `readings  ${readings}, ${lost} lost by the network`,
          `bytes     ${bytes}`,
        ].join('\n'),
      )
    },
  }
}

const words = ({ messages, lost, bytes }: Omit<DryRunProgress, 'until'>): string =>
  `${messages} messages  ${lost} readings lost  ${(bytes / 1_000_000).toFixed(1)} MB`
