import type { Finding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { channelIndex, type DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { type DurationMs, type EpochMs, milliseconds, minus } from '#model/time.ts'
import { fixOf } from '#monitor/case-proposal.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { bindRule, type City } from '#rules/bind-rule.ts'
import type { Stretch } from '#rules/fold.ts'
import { hearsOnlyChannels } from '#rules/hears-only-channels.ts'
import { type Listened, presenceOf } from '#rules/silence.ts'
import { SpanFold } from '#rules/span-fold.ts'
import type { Archive, WantedColumns } from './archive-port.ts'
import { type OwnFolds, primeFolds } from './prime-folds.ts'
import { appliesTo, hasGroups, leadOf, type TriedRule, triedParams } from './tried-rule.ts'

export interface BacktestOrder {
  /** The rule that is tried, and with a second the version it is compared with. */
  readonly rules: readonly TriedRule[]
  /** Those that any of the rules applies to. */
  readonly devices: readonly Device[]
  readonly city: CityData
  /** All the times in which Wanmi listened, ascending. */
  readonly listened: readonly Listened[]
  /** How long after a break silence does not count. */
  readonly silenceGrace: DurationMs
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
}

export interface BacktestProgress {
  /** Of the readings that are to be expected, 0 to 1. */
  readonly share: number
  readonly readings: number
}

export interface BacktestOutcome {
  readonly readings: number
  /** Beside the rules: what each found at single devices, by device and time. */
  readonly found: readonly (readonly Finding[])[]
  /** The devices that were ever heard before the end of the span. */
  readonly heard: readonly string[]
}

/** More are of no use to anybody, and must not fill the memory. */
const FINDINGS_MAX = 200_000
/** Of a rule about several devices: they are looked at together where what is live runs. */
const MEMBERS_MAX = 50_000
/** So many devices are asked for by name; of more all readings are looked through. */
const NAMED_MAX = 500

/**
 * Folds stored readings through rules as they would have been folded when they came: the same steps,
 * begun in the same state, as far as the readings before the span tell it. A rule about several
 * devices is folded from some time before the span, and what it found there handed over too.
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
  const { devices, from, to, listened, silenceGrace } = order
  const city = { ...cityOf(order.city), presence: presenceOf(listened, silenceGrace) }
  const lead = Math.max(...order.rules.map(({ rule }) => leadOf(rule)))
  const trial = { ...order, start: minus(from, milliseconds(lead)), city, archive, signal }
  const results = { found: order.rules.map((): Finding[] => []), heard: new Set<string>() }
  const parts = [...Map.groupBy(devices, ({ kind }) => kind)].map(([name, own]) => ({
    kind: findKind(name),
    own,
    weight: own.reduce((sum, { reportingInterval }) => sum + 1 / reportingInterval, 0),
  }))
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  let [readings, done] = [0, 0]
  for (const { kind, own, weight } of parts) {
    if (!kind) continue
    const onShare = (share: number, more: number): void =>
      onProgress({ share: (done + share * weight) / total, readings: readings + more })
    readings += await runKind({ ...trial, to, devices: own }, kind, results, onShare)
    done += weight
  }
  const found = results.found.map((own) => own.sort(byDeviceAndTime))
  return { readings, found, heard: [...results.heard] }
}

interface Trial extends Omit<BacktestOrder, 'city'> {
  readonly city: City
  /** Where the folds begin: at `from` or before it. */
  readonly start: EpochMs
  readonly archive: Archive
  readonly signal: AbortSignal
}

interface Results {
  readonly found: Finding[][]
  readonly heard: Set<string>
}

/** One kind of device after the other: each has a table of its own. */
async function runKind(
  trial: Trial,
  kind: DeviceKind,
  results: Results,
  onShare: (share: number, readings: number) => void,
): Promise<number> {
  const { rules, devices, start, to, archive, signal } = trial
  const folds = new Map(devices.map((device) => [device.id, foldsOf(trial, kind, device)]))
  const wanted = wantedColumns(rules, kind)
  const having = havingOf(folds)
  const priming = { kind, rules, folds, wanted, having, before: start }
  for (const id of await primeFolds(priming, archive, signal)) results.heard.add(id)
  const keepers = new Map(devices.map((device) => [device.id, keeperOf(trial, device, results)]))
  const query = {
    ...wanted,
    from: start,
    to,
    devices: devices.length <= NAMED_MAX ? devices.map(({ id }) => id) : null,
    having,
    signal,
  }
  let readings = 0
  for await (const { until, byDevice } of archive.slices(query)) {
    signal.throwIfAborted()
    for (const [id, samples] of byDevice) {
      const own = folds.get(id)
      if (!own) continue
      results.heard.add(id)
      readings += samples.length
      for (const [index, fold] of own.entries()) {
        if (!fold) continue
        for (const sample of samples) fold.feed(sample)
        keepers.get(id)?.(index, fold.takeEnded())
      }
    }
    onShare((until - start) / (to - start), readings)
  }
  signal.throwIfAborted()
  for (const { id } of devices) {
    for (const [index, fold] of (folds.get(id) ?? []).entries()) {
      fold?.waitUntil(to)
      if (fold) keepers.get(id)?.(index, fold.stretches)
    }
  }
  return readings
}

const foldsOf = ({ rules, city, start }: Trial, kind: DeviceKind, device: Device): OwnFolds =>
  rules.map((tried) => {
    const compiled = tried.compiled.find((each) => each.kind === kind)
    if (!compiled || !appliesTo(tried.rule, device)) return undefined
    const effective = triedParams(tried, device, city)
    return new SpanFold(
      bindRule(compiled, { effective, interval: device.reportingInterval }, city),
      start,
    )
  })

// Of what moves, also where it was: a case has a place.
function wantedColumns(rules: readonly TriedRule[], kind: DeviceKind): WantedColumns {
  const own = rules.flatMap(({ compiled }) => compiled.filter((each) => each.kind === kind))
  const place = kind.mobile ? ['lon_deg', 'lat_deg'].map((name) => channelIndex(kind, name)) : []
  const channels = new Set([...own.flatMap((rule) => rule.channels), ...place])
  return {
    kind: kind.name,
    channels: [...channels].sort((a, b) => a - b),
    arrival: own.some(({ looksAtArrival }) => looksAtArrival),
  }
}

/** The channels of which a reading must have any to matter; null where every reading does. */
function havingOf(folds: ReadonlyMap<string, OwnFolds>): readonly number[] | null {
  const having = new Set<number>()
  for (const own of folds.values()) {
    for (const fold of own) {
      if (!fold) continue
      if (!hearsOnlyChannels(fold.bound)) return null
      for (const channel of fold.bound.channels) having.add(channel)
    }
  }
  return having.size === 0 ? null : [...having]
}

type Keeper = (index: number, stretches: readonly Stretch[]) => void

/** Takes what was found at a device. Before the span only groups may still need it. */
function keeperOf({ rules, from }: Trial, device: Device, { found }: Results): Keeper {
  return (index, stretches) => {
    const [tried, own] = [rules[index], found[index]]
    if (!tried || !own || stretches.length === 0) return
    const isAll = hasGroups(tried.rule)
    for (const stretch of stretches) {
      const { clearedAt } = stretch
      if (isAll || clearedAt === null || clearedAt >= from) own.push(findingOf(device, stretch))
    }
    const most = isAll ? MEMBERS_MAX : FINDINGS_MAX
    if (own.length <= most) return
    const sentence = `more than ${most} episodes: take a shorter span, fewer devices or a sharper rule`
    throw new Rejected('too-large', sentence)
  }
}

function findingOf(device: Device, stretch: Stretch): Finding {
  const { first, confirmed, endedAt, clearedAt, severity, grades } = stretch
  // A silence is confirmed by no reading at all.
  const last = confirmed.values.length > 0 ? confirmed : first
  return {
    deviceId: device.id,
    role: 'single',
    group: null,
    scope: null,
    devices: [],
    severity,
    grades,
    startedAt: first.measuredAt,
    confirmedAt: confirmed.measuredAt,
    endedAt,
    clearedAt,
    place: fixOf(device, last) ?? null,
  }
}

const byDeviceAndTime = (a: Finding, b: Finding): number =>
  a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : a.startedAt - b.startedAt
