import type { Device } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { type DurationMs, type EpochMs, minutes } from '#model/time.ts'
import type { History } from '#monitor/ports.ts'
import { Coverage, type Visit } from './coverage.ts'
import type { CollectionPoint, Fixes, Grids, Span } from './ports.ts'
import { gapOf, LEAST_STOP, type Track, trackOf } from './track.ts'

/** How far something came, and how that is known. */
export interface Way {
  readonly distance_km: number
  readonly by: 'odometer' | 'fixes'
}

/** How something that moves does at an instant. */
export interface Vehicle {
  readonly device: Device
  /** Null: it has not reported yet. */
  readonly reading: StoredReading | null
  readonly state: 'moving' | 'standing' | 'silent' | 'never'
  /** Over the span that was asked for; null: nothing is known of it. */
  readonly way: Way | null
}

export interface VehicleQuestion extends Span {
  readonly kind: string
  /** Part of its id or label, in any case. */
  readonly text?: string | undefined
  /** An id. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface VehiclePage {
  readonly items: readonly Vehicle[]
  readonly next: string | null
}

export interface CoveredBy {
  readonly device: Device
  readonly way: Way
  readonly grids: number
  readonly points: number
}

/** What vehicles of one kind came to over a span. */
export interface CoverageReport {
  /** Those that were on the way, by id. */
  readonly vehicles: readonly CoveredBy[]
  readonly grids: readonly { readonly code: string; readonly visits: readonly Visit[] }[]
  readonly points: readonly { readonly point: CollectionPoint; readonly visits: readonly Visit[] }[]
  /** False: there were more vehicles than are looked at. */
  readonly isComplete: boolean
}

interface Parts {
  readonly fixes: Fixes
  readonly grids: Grids
  readonly points: () => Promise<readonly CollectionPoint[]>
  readonly devices: () => Iterable<Device>
  readonly history: Pick<History, 'latest'>
  readonly clock: { now(): EpochMs }
}

const MOVING_KMH = 3
const VEHICLES_MAX = 500
/** Whoever asks for the same within that time is told the same. */
const KEPT = minutes(1)
const COVERAGES_KEPT = 8

/** What is known of the ways of things that move: of one, of several, of all of a kind. */
export class TrackDesk {
  readonly #parts: Parts
  readonly #coverages = new Map<
    string,
    { readonly at: EpochMs; readonly report: Promise<CoverageReport> }
  >()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async track(
    device: Device,
    { from, to, most }: Span & { readonly most?: number },
  ): Promise<Track & { readonly way: Way }> {
    const track = await this.#read(device, { from, to }, most)
    return { ...track, way: await this.#wayOf(device, track, { from, to }) }
  }

  /** Those of a kind by id, so many behind one of them, with their ways over a span. */
  async vehicles({
    kind,
    text,
    after = '',
    limit,
    ...span
  }: VehicleQuestion): Promise<VehiclePage> {
    const { history, clock } = this.#parts
    const wanted = text?.toLowerCase() ?? ''
    const all = this.#ofKind(kind).filter(
      ({ id, label }) => id > after && `${id} ${label ?? ''}`.toLowerCase().includes(wanted),
    )
    const devices = all.slice(0, limit)
    const latest = await history.latest(devices, () => 1)
    const ways = await this.#ways(devices, span)
    const now = clock.now()
    const items = devices.map((device) => {
      const reading = latest.get(device.id)?.at(-1) ?? null
      const way = ways.get(device.id) ?? null
      return { device, reading, state: stateOf(device, reading, now), way }
    })
    return { items, next: all.length > limit ? (devices.at(-1)?.id ?? null) : null }
  }

  coverage(kind: string, span: Span): Promise<CoverageReport> {
    const key = `${kind} ${span.from} ${span.to}`
    const now = this.#parts.clock.now()
    for (const [each, { at }] of this.#coverages) {
      if (now - at >= KEPT) this.#coverages.delete(each)
    }
    const known = this.#coverages.get(key)
    if (known !== undefined) return known.report
    const report = this.#cover(kind, span)
    const oldest = this.#coverages.keys().next()
    if (this.#coverages.size >= COVERAGES_KEPT && !oldest.done) this.#coverages.delete(oldest.value)
    this.#coverages.set(key, { at: now, report })
    // Whoever asks next after a failure asks the database again.
    report.catch(() => this.#coverages.delete(key))
    return report
  }

  async #cover(kind: string, span: Span): Promise<CoverageReport> {
    const { grids } = this.#parts
    const all = this.#ofKind(kind)
    const some = all.slice(0, VEHICLES_MAX)
    // Bins are for those who empty them.
    const points = kind === 'refuse-truck' ? await this.#parts.points() : []
    const coverage = new Coverage(grids, points)
    const odometers = await this.#odometers(some, span)
    const vehicles: CoveredBy[] = []
    for (const device of some) {
      const track = await this.#read(device, span)
      if (track.fixes === 0) continue
      const way = wayOf(odometers.get(device.id), track)
      vehicles.push({ device, way, ...coverage.add(device.id, track) })
    }
    return {
      vehicles,
      grids: grids.all().map(({ code }) => ({ code, visits: coverage.ofGrid(code) })),
      points: points.map((point) => ({ point, visits: coverage.ofPoint(point) })),
      isComplete: all.length <= VEHICLES_MAX,
    }
  }

  /** By id. */
  #ofKind(kind: string): readonly Device[] {
    const some = [...this.#parts.devices()].filter((device) => device.kind === kind)
    return some.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async #read(device: Device, span: Span, most?: number): Promise<Track> {
    const { reportingInterval } = device
    const fixes = isMobile(device) ? await this.#parts.fixes.fixes(device, span) : []
    const options = { reportingInterval, leastStop: LEAST_STOP }
    return trackOf(fixes, most === undefined ? options : { ...options, most })
  }

  async #wayOf(device: Device, track: Track, span: Span): Promise<Way> {
    return wayOf((await this.#odometers([device], span)).get(device.id), track)
  }

  /** By odometer where there is one; else by the fixes of each. */
  async #ways(devices: readonly Device[], span: Span): Promise<ReadonlyMap<string, Way>> {
    const odometers = await this.#odometers(devices, span)
    const ways = new Map<string, Way>()
    for (const device of devices) {
      const odometer = odometers.get(device.id)
      if (odometer !== undefined) ways.set(device.id, { distance_km: odometer, by: 'odometer' })
      else if (isMobile(device)) {
        const track = await this.#read(device, span)
        if (track.fixes > 0) ways.set(device.id, wayOf(undefined, track))
      }
    }
    return ways
  }

  async #odometers(devices: readonly Device[], span: Span): Promise<ReadonlyMap<string, number>> {
    const ids = Map.groupBy(devices, ({ kind }) => kind)
    const found = new Map<string, number>()
    for (const [kind, of] of ids) {
      const read = await this.#parts.fixes.odometers(
        kind,
        of.map(({ id }) => id),
        span,
      )
      for (const [id, km] of read) found.set(id, km)
    }
    return found
  }
}

const isMobile = ({ kind }: Device): boolean => findKind(kind)?.mobile === true

const wayOf = (odometer_km: number | undefined, track: Track): Way =>
  odometer_km === undefined
    ? { distance_km: track.distance_m / 1_000, by: 'fixes' }
    : { distance_km: odometer_km, by: 'odometer' }

function stateOf(
  { kind, reportingInterval }: Device,
  reading: StoredReading | null,
  now: EpochMs,
): Vehicle['state'] {
  if (reading === null) return 'never'
  const silence: DurationMs = gapOf(reportingInterval)
  if (now - reading.measuredAt > silence) return 'silent'
  const index = findKind(kind)?.channels.findIndex(({ name }) => name === 'speed_kmh') ?? -1
  const speed = reading.values[index]
  return typeof speed === 'number' && speed >= MOVING_KMH ? 'moving' : 'standing'
}
