import type { Finding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { channelIndex, type DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { selects } from '#model/selects.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { toEvidence } from '#monitor/evidence.ts'
import { bindRule } from '#rules/bind-rule.ts'
import type { CompiledRule } from '#rules/compiled-rule.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'
import { type Listened, presenceOf } from '#rules/silence.ts'
import { SpanFold } from '#rules/span-fold.ts'

/** Stored readings, as a backtest needs them. */
export interface Archive {
  slices(
    query: ArchiveQuery & { readonly to: EpochMs; readonly signal: AbortSignal },
  ): AsyncIterable<{
    readonly until: EpochMs
    readonly rows: number
    readonly byDevice: ReadonlyMap<string, readonly Sample[]>
  }>
  /** The newest `limit` of each device before `from`, ascending. */
  before(
    devices: readonly string[],
    query: ArchiveQuery,
    limit: number,
  ): Promise<ReadonlyMap<string, readonly Sample[]>>
}

interface ArchiveQuery {
  readonly kind: string
  readonly channels: readonly number[]
  readonly from: EpochMs
}

export interface BacktestOrder {
  /** The rule that is tried, and with a second the version it is compared with. */
  readonly rules: readonly ParsedRule[]
  /** Of the kinds of the first rule. */
  readonly devices: readonly Device[]
  readonly city: CityData
  /** When Wanmi listened, ascending, and how long after a break silence does not count. */
  readonly listened: readonly Listened[]
  readonly silenceGrace: DurationMs
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
}

export interface BacktestProgress {
  /** Of the span, 0 to 1. */
  readonly share: number
  readonly readings: number
}

export interface BacktestOutcome {
  readonly readings: number
  /** Beside the rules: what each found, by device and time. */
  readonly found: readonly (readonly Finding[])[]
}

const PRIMED_AT_ONCE = 256
const FIRST_LOOK = 16
const LONGER = 8
/** More are of no use to anybody, and must not fill the memory. */
export const FINDINGS_MAX = 200_000

/**
 * Folds stored readings through rules as they would have been folded when they came: the same steps,
 * begun in the same state, as far as the readings before the span tell it.
 *
 * @throws Rejected `too-large` when there are more findings than anyone can look at; what the archive
 *   throws; the reason of the signal
 */
export async function runBacktest(
  order: BacktestOrder,
  archive: Archive,
  signal: AbortSignal,
  onProgress: (progress: BacktestProgress) => void,
): Promise<BacktestOutcome> {
  const results = order.rules.map((): Finding[] => [])
  const kinds = [...new Set(order.devices.map(({ kind }) => kind))]
  let readings = 0
  for (const [index, name] of kinds.entries()) {
    const kind = findKind(name)
    if (!kind) continue
    const devices = order.devices.filter((device) => device.kind === name)
    readings += await runKind(
      { ...order, devices },
      kind,
      archive,
      signal,
      results,
      (share, more) =>
        onProgress({ share: (index + share) / kinds.length, readings: readings + more }),
    )
  }
  return { readings, found: results.map((found) => found.sort(byDeviceAndTime)) }
}

/** One kind of device after the other: each has a table of its own. */
async function runKind(
  order: BacktestOrder,
  kind: DeviceKind,
  archive: Archive,
  signal: AbortSignal,
  results: Finding[][],
  onProgress: (share: number, readings: number) => void,
): Promise<number> {
  const { devices, from, to } = order
  const rules = order.rules.map(({ compiled }) => compiled.find((each) => each.kind === kind))
  const query = { kind: kind.name, channels: channelsOf(rules, kind), from, to, signal }
  const folds = await primeAll(order, rules, query, archive, signal)
  let readings = 0
  for await (const { until, byDevice } of archive.slices(query)) {
    signal.throwIfAborted()
    for (const [id, samples] of byDevice) {
      const own = folds.get(id)
      if (!own) continue
      readings += samples.length
      for (const [index, fold] of own.entries()) {
        if (!fold) continue
        for (const sample of samples) fold.feed(sample)
        keep(results, index, id, kind, fold.takeEnded())
      }
    }
    onProgress((until - from) / (to - from), readings)
  }
  signal.throwIfAborted()
  for (const { id } of devices) {
    for (const [index, fold] of (folds.get(id) ?? []).entries()) {
      fold?.waitUntil(to)
      if (fold) keep(results, index, id, kind, fold.stretches)
    }
  }
  return readings
}

type OwnRules = readonly (CompiledRule | undefined)[]
type OwnFolds = readonly (SpanFold | undefined)[]

// Of what moves, also where it was: a case has a place.
function channelsOf(rules: OwnRules, kind: DeviceKind): readonly number[] {
  const place = kind.mobile ? ['lon_deg', 'lat_deg'].map((name) => channelIndex(kind, name)) : []
  return [...new Set([...rules.flatMap((rule) => rule?.channels ?? []), ...place])].sort(
    (a, b) => a - b,
  )
}

async function primeAll(
  { devices, from, city: data, listened, silenceGrace }: BacktestOrder,
  rules: OwnRules,
  query: ArchiveQuery,
  archive: Archive,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, OwnFolds>> {
  const city = { ...cityOf(data), presence: presenceOf(listened, silenceGrace) }
  const foldOf = (compiled: CompiledRule | undefined, device: Device): SpanFold | undefined => {
    if (!compiled || !selects(compiled.rule.where, device)) return undefined
    const effective = city.effective(compiled.rule, device)
    const bearing = { effective, interval: device.reportingInterval }
    return new SpanFold(bindRule(compiled, bearing, city), from)
  }
  const folds = new Map(
    devices.map((device) => [device.id, rules.map((rule) => foldOf(rule, device))]),
  )
  for (let at = 0; at < devices.length; at += PRIMED_AT_ONCE) {
    let unsure = devices.slice(at, at + PRIMED_AT_ONCE).map(({ id }) => id)
    for (let limit = FIRST_LOOK; unsure.length > 0; limit *= LONGER) {
      signal.throwIfAborted()
      const histories = await archive.before(unsure, query, limit)
      unsure = unsure.filter((id) => {
        const history = histories.get(id) ?? []
        const sure = (folds.get(id) ?? []).map((fold) =>
          fold?.prime(history, history.length < limit),
        )
        return sure.includes(false)
      })
    }
  }
  return folds
}

function keep(
  results: Finding[][],
  index: number,
  deviceId: string,
  kind: DeviceKind,
  stretches: readonly Stretch[],
): void {
  const found = results[index]
  if (!found || stretches.length === 0) return
  for (const { first, confirmed, endedAt, clearedAt } of stretches) {
    const evidence = [toEvidence(kind, first)]
    if (confirmed !== first) evidence.push(toEvidence(kind, confirmed))
    found.push({
      deviceId,
      startedAt: first.measuredAt,
      confirmedAt: confirmed.measuredAt,
      endedAt,
      clearedAt,
      evidence,
    })
  }
  if (found.length <= FINDINGS_MAX) return
  const sentence = `more than ${FINDINGS_MAX} episodes: take a shorter span, fewer devices or a sharper rule`
  throw new Rejected('too-large', sentence)
}

const byDeviceAndTime = (a: Finding, b: Finding): number =>
  a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : a.startedAt - b.startedAt
