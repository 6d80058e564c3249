import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { messageOf, Rejected } from '#model/error.ts'
import { between, type EpochMs, milliseconds } from '#model/time.ts'
import { type DryRunResult, dryRun } from '#simulator/run/dry-run.ts'
import type { RunOrder } from '#simulator/run/run-plan.ts'
import { dryRunDisplay } from './dry-run-display.ts'
import { onInterruption } from './interruption.ts'

export interface DryRunTarget {
  /** A file, or `-` for standard output. */
  readonly file: string
  readonly workers: number
  readonly json: boolean
}

/**
 * Writes what a run would send into a file. Ctrl-C ends it; so does a reader that has enough.
 *
 * @throws Rejected('invalid-input') when it cannot be written; what {@link dryRun} throws
 */
export async function dryRunFile(
  order: RunOrder & { readonly startedAt: EpochMs },
  { file, workers, json }: DryRunTarget,
): Promise<DryRunResult> {
  const toOutput = file === '-'
  const out = toOutput ? process.stdout : createWriteStream(file)
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  const stopListening = onInterruption(stop)
  // Each write hears of its own failure.
  out.on('error', stop)
  const display = dryRunDisplay(order.duration ?? milliseconds(0), { json, toOutput })
  const begunAt = performance.now()
  try {
    const result = await dryRun({
      order,
      workers,
      signal: stopping.signal,
      write: (chunk) => written(out, chunk, file),
      onProgress: (progress) =>
        display.show({ ...progress, simulated_ms: between(order.startedAt, progress.until) }),
    })
    if (!toOutput) {
      out.end()
      await finished(out)
    }
    display.close()
    display.summarize(result, performance.now() - begunAt)
    return result
  } finally {
    display.close()
    stopListening()
  }
}

const written = (out: Writable, chunk: Buffer, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    out.write(chunk, (error) => {
      // `| head` has read as much as it wants.
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve()
      else {
        const words = `${file} cannot be written: ${messageOf(error)}`
        reject(new Rejected('invalid-input', words, { cause: error }))
      }
    })
  })
