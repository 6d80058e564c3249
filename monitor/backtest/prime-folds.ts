import type { DeviceKind } from '#model/kind.ts'
import { type EpochMs, milliseconds, minus } from '#model/time.ts'
import { stretchOf } from '#monitor/episode-stretch.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import type { SpanFold } from '#rules/span-fold.ts'
import type { Archive, WantedColumns } from './archive-port.ts'
import type { TriedRule } from './tried-rule.ts'

/** Beside the rules that are tried: the folds of one device, undefined where one does not apply. */
export type OwnFolds = readonly (SpanFold | undefined)[]

export interface Priming {
  readonly kind: DeviceKind
  readonly rules: readonly TriedRule[]
  readonly folds: ReadonlyMap<string, OwnFolds>
  readonly wanted: WantedColumns
  /** The channels of which a reading must have any to matter; null where every reading does. */
  readonly having: readonly number[] | null
  /** Where the folds begin. */
  readonly before: EpochMs
}

type Histories = ReadonlyMap<string, readonly Sample[]>

/** So many readings of each device are looked at, of so many devices at once. */
const FIRST_LOOKS = [16, 128]
const ENOUGH = 1_024
/** A rule that found something live may need more, until a reading bears it out. */
const MORE_THAN_ENOUGH = 8_192
const READINGS_AT_ONCE = 262_144
/** Of what reports so often that this is no time: as far back as its rules need. */
const DEVICES_BY_TIME = 8

/**
 * Brings folds to the state in which their span begins, by the readings before it. Answers the
 * devices that were heard before.
 *
 * What {@link ENOUGH} readings leave open is decided by what the rule in force found live. Another
 * rule is taken for quiet at the earliest of them.
 */
export async function primeFolds(
  priming: Priming,
  archive: Archive,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { folds, before } = priming
  const primer = new Primer(priming, archive, signal)
  for (const limit of FIRST_LOOKS) await primer.look(limit)
  for (const limit of [ENOUGH, MORE_THAN_ENOUGH]) {
    await primer.look(limit, async (histories) => {
      await primer.settle(histories)
      primer.assumeQuiet(
        histories,
        ({ isInForce }, fold, [first]) =>
          (limit > ENOUGH || !isInForce) &&
          first !== undefined &&
          first.measuredAt <= minus(before, fold.reach),
      )
    })
  }
  const open = primer.unsure.flatMap((id) => openOf(folds.get(id)))
  const reach = Math.max(0, ...open.map((fold) => fold.reach))
  await primer.lookByTime(minus(before, milliseconds(reach)), async (histories) => {
    await primer.settle(histories)
    primer.assumeQuiet(histories, () => true)
  })
  return primer.heard
}

const openOf = (own: OwnFolds | undefined): readonly SpanFold[] =>
  (own ?? []).filter((fold) => fold !== undefined).filter(({ certain }) => !certain)

const NO_PAST = { readings: [], whole: true } as const

/** Looks further and further back for those that are not certain yet. */
class Primer {
  readonly #priming: Priming
  readonly #archive: Archive
  readonly #signal: AbortSignal
  readonly #heard = new Set<string>()
  #unsure: readonly string[]

  constructor(priming: Priming, archive: Archive, signal: AbortSignal) {
    this.#priming = priming
    this.#archive = archive
    this.#signal = signal
    this.#unsure = [...priming.folds.keys()]
  }

  get unsure(): readonly string[] {
    return this.#unsure
  }

  get heard(): readonly string[] {
    return [...this.#heard]
  }

  async look(limit: number, decide?: (histories: Histories) => Promise<void>): Promise<void> {
    const atOnce = Math.min(256, READINGS_AT_ONCE / limit)
    await this.#look({ limit, since: null }, atOnce, decide)
  }

  async lookByTime(since: EpochMs, decide: (histories: Histories) => Promise<void>): Promise<void> {
    await this.#look({ limit: null, since }, DEVICES_BY_TIME, decide)
  }

  async #look(
    reach: { readonly limit: number | null; readonly since: EpochMs | null },
    atOnce: number,
    decide?: (histories: Histories) => Promise<void>,
  ): Promise<void> {
    const { folds, wanted, having, before } = this.#priming
    for (let at = 0; at < this.#unsure.length; at += atOnce) {
      this.#signal.throwIfAborted()
      const devices = this.#unsure.slice(at, at + atOnce)
      const pasts = await this.#archive.before({ ...wanted, ...reach, having, devices, before })
      const histories = new Map<string, readonly Sample[]>()
      for (const id of devices) {
        const { readings, whole } = pasts.get(id) ?? NO_PAST
        if (readings.length > 0) this.#heard.add(id)
        for (const fold of openOf(folds.get(id))) fold.prime(readings, whole)
        histories.set(id, readings)
      }
      await decide?.(histories)
    }
    this.#unsure = this.#unsure.filter((id) => openOf(folds.get(id)).length > 0)
  }

  /** By what the rules in force found live. */
  async settle(histories: Histories): Promise<void> {
    const { kind, rules } = this.#priming
    for (const [index, { rule, isInForce }] of rules.entries()) {
      if (!isInForce) continue
      const open = this.#open(index, histories)
      const firsts = open.flatMap(([, history]) => history[0]?.measuredAt ?? [])
      if (firsts.length === 0) continue
      const ids = open.map(([, , id]) => id)
      const earliest = firsts.reduce((a, b) => (a < b ? a : b))
      // What was cleared before them may still cool down.
      const from = minus(earliest, rule.cooldown)
      const episodes = await this.#archive.episodes(rule.id, ids, from)
      const byDevice = Map.groupBy(episodes, ({ deviceId }) => deviceId)
      for (const [fold, history, id] of open) {
        const stored = (byDevice.get(id) ?? []).map((each): Stretch => stretchOf(kind, each))
        fold.settle(stored, history)
      }
    }
  }

  assumeQuiet(
    histories: Histories,
    may: (tried: TriedRule, fold: SpanFold, history: readonly Sample[]) => boolean,
  ): void {
    for (const [index, tried] of this.#priming.rules.entries()) {
      for (const [fold, history] of this.#open(index, histories)) {
        if (may(tried, fold, history)) fold.assumeQuiet(history)
      }
    }
  }

  /** The folds of one rule that are open, with the histories of their devices. */
  #open(index: number, histories: Histories) {
    return [...histories].flatMap(([id, history]) => {
      const fold = this.#priming.folds.get(id)?.[index]
      return fold && !fold.certain ? [[fold, history, id] as const] : []
    })
  }
}
