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
  /** Where the folds begin. */
  readonly before: EpochMs
}

/** Readings of a device that are looked at, one look after the other; no more if they reach. */
const LOOKS = [16, 128, 1_024]
const LAST_LOOK = 1_024
const AT_ONCE = 256
/** Of a last look that goes by time each device may have tens of thousands of readings. */
const AT_ONCE_BY_TIME = 8

type Histories = ReadonlyMap<string, readonly Sample[]>

/**
 * Brings folds to the state in which their span begins, by the readings before it. Answers the
 * devices that were heard before.
 */
export async function primeFolds(
  priming: Priming,
  archive: Archive,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { folds, wanted, before } = priming
  const heard: string[] = []
  let unsure = [...folds.keys()]
  const look = async (
    limit: number | null,
    since: EpochMs | null,
    atOnce: number,
    isSure: (id: string, history: readonly Sample[]) => boolean,
  ): Promise<void> => {
    const left: string[] = []
    for (let at = 0; at < unsure.length; at += atOnce) {
      signal.throwIfAborted()
      const devices = unsure.slice(at, at + atOnce)
      const histories = await archive.before({ ...wanted, devices, before, since, limit })
      const open = devices.filter((id) => !isSure(id, histories.get(id) ?? []))
      if (limit === LAST_LOOK || since !== null) {
        const [reaching, short] = partition(open, (id) => reaches(priming, id, histories, since))
        await settleAll(priming, reaching, histories, archive)
        left.push(...short)
      } else left.push(...open)
    }
    unsure = left
  }
  for (const limit of LOOKS) {
    await look(limit, null, AT_ONCE, (id, history) => {
      if (limit === LOOKS[0] && history.length > 0) heard.push(id)
      return primeAll(folds.get(id) ?? [], history, history.length < limit)
    })
  }
  const reach = Math.max(0, ...unsure.map((id) => reachOf(folds.get(id) ?? [])))
  await look(null, minus(before, milliseconds(reach)), AT_ONCE_BY_TIME, (id, history) =>
    primeAll(folds.get(id) ?? [], history, false),
  )
  return heard
}

/** Whether every fold of a device is certain now. */
function primeAll(own: OwnFolds, history: readonly Sample[], whole: boolean): boolean {
  let all = true
  for (const fold of own) {
    if (fold && !fold.certain && !fold.prime(history, whole)) all = false
  }
  return all
}

const reachOf = (own: OwnFolds): number =>
  Math.max(0, ...own.map((fold) => (fold && !fold.certain ? fold.reach : 0)))

function reaches(
  { folds, before }: Priming,
  id: string,
  histories: Histories,
  since: EpochMs | null,
): boolean {
  const oldest = histories.get(id)?.[0]?.measuredAt
  return since !== null || (oldest ?? before) <= before - reachOf(folds.get(id) ?? [])
}

/** What the readings leave open is decided by what was found live, or taken for quiet. */
async function settleAll(
  { kind, rules, folds }: Priming,
  devices: readonly string[],
  histories: Histories,
  archive: Archive,
): Promise<void> {
  for (const [index, { rule, isInForce }] of rules.entries()) {
    const open = devices.filter((id) => folds.get(id)?.[index]?.certain === false)
    if (open.length === 0) continue
    const stored = isInForce
      ? await storedStretches(kind, rule.id, open, histories, archive)
      : undefined
    for (const id of open) {
      folds.get(id)?.[index]?.settle(stored && (stored.get(id) ?? []), histories.get(id) ?? [])
    }
  }
}

async function storedStretches(
  kind: DeviceKind,
  ruleId: string,
  devices: readonly string[],
  histories: Histories,
  archive: Archive,
): Promise<ReadonlyMap<string, readonly Stretch[]>> {
  const oldest = devices.flatMap((id) => histories.get(id)?.[0]?.measuredAt ?? [])
  if (oldest.length === 0) return new Map()
  const from = oldest.reduce((a, b) => (a < b ? a : b))
  const episodes = await archive.episodes(ruleId, devices, from)
  const byDevice = Map.groupBy(episodes, ({ deviceId }) => deviceId)
  return new Map([...byDevice].map(([id, own]) => [id, own.map((each) => stretchOf(kind, each))]))
}

function partition<Item>(
  items: readonly Item[],
  fits: (item: Item) => boolean,
): [fitting: readonly Item[], others: readonly Item[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))]
}
