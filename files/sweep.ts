import { type DurationMs, days, minus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { AttachmentRows, FileStore } from './ports.ts'

export interface SweepOptions {
  readonly files: FileStore
  readonly rows: Pick<AttachmentRows, 'giveUp' | 'looseSince' | 'forget'>
  /** How long an attachment may wait for its case. */
  readonly keepUnbound: DurationMs
  readonly clock: Clock
  readonly log: Logger
  /** Ends it between two files. */
  readonly signal: AbortSignal
}

/** No upload takes as long: what has been loose longer is of none. */
const UPLOAD_MAX = days(1)
const AT_A_TIME = 500

/**
 * Removes attachments that no case has taken up, and files that no attachment stands for.
 *
 * @throws Unavailable; what is left goes with the next sweep
 */
export async function sweep(options: SweepOptions): Promise<void> {
  const { files, rows, keepUnbound, clock, log, signal } = options
  const now = clock.now()
  let givenUp = 0
  for (let some = AT_A_TIME; some === AT_A_TIME; givenUp += some) {
    some = await rows.giveUp(minus(now, keepUnbound), AT_A_TIME)
  }
  let removed = 0
  for (let some = AT_A_TIME; some === AT_A_TIME; removed += some) {
    const ids = await rows.looseSince(minus(now, UPLOAD_MAX), AT_A_TIME)
    for (const id of ids) {
      if (signal.aborted) return
      await files.remove(id)
    }
    if (ids.length > 0) await rows.forget(ids)
    some = ids.length
  }
  if (removed > 0) log.info({ givenUp, removed }, 'files without a case are removed')
}
