import type { Herd, HerdOptions } from './herd.ts'
import type { Stage, StageOptions } from './stage.ts'

/** Where one scenario is played. */
export interface Ground {
  readonly stage: Stage
  readonly herd: Herd
  /** The form that every test run plays: seconds, not minutes. */
  readonly isShort: boolean
  /** Says how far it has come. */
  readonly progress: (text: string) => void
  /** A figure for the table. */
  readonly saw: (text: string) => void
  /** Something that must not be, beside what the verdict counts. */
  readonly fault: (text: string) => void
}

/** One kind of bad luck. Devices report all the while; the verdict comes when they are done. */
export interface Scenario {
  readonly name: string
  /** In words, for the list. */
  readonly title: string
  /** Its stage needs a disk that can be filled, of so many MiB. */
  readonly disk_mb?: number
  /** Every test run plays it, too, in its short form. */
  readonly isQuick?: boolean
  /** A stage of its own where it needs another than the usual one, also in the short form. */
  readonly stage?: (isShort: boolean) => StageOptions
  readonly herd?: (isShort: boolean) => Partial<HerdOptions>
  /** Why it cannot be played here; undefined when it can. */
  readonly isImpossible?: (stage: Stage) => string | undefined
  play(ground: Ground): Promise<void>
}
