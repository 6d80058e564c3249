import type { Commit, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { Unavailable } from '#model/error.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import type { History, Ledger } from '#monitor/ports.ts'
import { MemoryCases } from './memory-cases.ts'

type Point = Pick<Reading, 'measuredAt' | 'seq'>

/** A ledger and history in memory: what PostgreSQL promises, in a few lines. */
export class MemoryLedger implements Ledger, History {
  readonly readings = new Map<string, Reading[]>()
  /** Those that sent a reading. */
  readonly devices = new Map<string, Device>()
  readonly stored = new Map<string, Episode>()
  readonly commits: Commit[] = []
  readonly cases = new MemoryCases()
  /** When it was listened, from and to. */
  readonly spans = new Map<EpochMs, EpochMs>()
  duplicates = 0
  lastNumber = 0
  #lastOutcome: CommitOutcome | undefined
  /** Consulted at each commit: lose it before it happens, or lose only the answer. */
  mishap: () => 'none' | 'before' | 'after' = () => 'none'

  async commit(commit: Commit): Promise<CommitOutcome> {
    const mishap = this.mishap()
    if (mishap === 'before') throw new Unavailable('database-unavailable', 'cut before')
    if (commit.number === this.lastNumber && this.#lastOutcome) return this.#lastOutcome
    this.lastNumber = commit.number
    this.commits.push(commit)
    if (commit.listened) this.spans.set(commit.listened.from, commit.listened.to)
    let stored = 0
    for (const reading of commit.readings) stored += this.#store(reading) ? 1 : 0
    this.duplicates += commit.readings.length - stored
    for (const { episode } of commit.episodes) this.stored.set(episode.id, episode)
    const cases = this.cases.take(commit.episodes, this.stored, commit.at)
    this.#lastOutcome = { stored, duplicates: commit.readings.length - stored, cases }
    if (mishap === 'after') throw new Unavailable('database-unavailable', 'cut after')
    return this.#lastOutcome
  }

  #store(reading: Reading): boolean {
    this.devices.set(reading.device.id, reading.device)
    const own = this.readings.get(reading.device.id) ?? []
    this.readings.set(reading.device.id, own)
    if (own.some((other) => compareReadings(other, reading) === 0)) return false
    own.push(reading)
    own.sort(compareReadings)
    return true
  }

  async latest(devices: readonly Device[], limit: (deviceId: string) => number) {
    return new Map(devices.map(({ id }) => [id, (this.readings.get(id) ?? []).slice(-limit(id))]))
  }

  async before(device: Device, point: Point, limit: number) {
    const own = this.readings.get(device.id) ?? []
    return own.filter((reading) => compareReadings(reading, point) < 0).slice(-limit)
  }

  async from(device: Device, point: Point, limit: number) {
    const own = this.readings.get(device.id) ?? []
    return own.filter((reading) => compareReadings(reading, point) >= 0).slice(0, limit)
  }

  async episodes(deviceId: string, from: EpochMs) {
    return this.standing
      .filter((episode) => episode.deviceId === deviceId && episode.role !== 'group')
      .filter(({ clearedAt }) => clearedAt === null || clearedAt >= from)
      .sort((a, b) => a.startedAt - b.startedAt)
  }

  async episodesOf(deviceIds: readonly string[], from: EpochMs) {
    const found = await Promise.all(deviceIds.map((id) => this.episodes(id, from)))
    return found.flat()
  }

  async lastCleared(deviceIds: readonly string[], ruleIds: readonly string[]) {
    const last = new Map<string, EpochMs>()
    for (const { deviceId, ruleId, role, clearedAt } of this.standing) {
      if (!deviceIds.includes(deviceId) || !ruleIds.includes(ruleId)) continue
      const name = `${deviceId} ${ruleId}`
      if (role === 'group' || clearedAt === null || clearedAt <= (last.get(name) ?? 0)) continue
      last.set(name, clearedAt)
    }
    return last
  }

  async lastWith(
    device: Device,
    channel: number,
    { from, at }: { readonly from: EpochMs; readonly at: EpochMs },
  ) {
    return (this.readings.get(device.id) ?? []).findLast(
      ({ measuredAt, values }) =>
        measuredAt <= at && measuredAt > from && values[channel] !== undefined,
    )
  }

  async openEpisodes() {
    return this.standing.filter(({ clearedAt }) => clearedAt === null)
  }

  async episodesOfRules(ruleIds: readonly string[], from: EpochMs) {
    return this.standing.filter(
      ({ ruleId, clearedAt }) =>
        ruleIds.includes(ruleId) && (clearedAt === null || clearedAt >= from),
    )
  }

  async listened() {
    return [...this.spans].map(([from, to]) => ({ from, to }))
  }

  /** Every episode that was not withdrawn. */
  get standing(): Episode[] {
    return [...this.stored.values()].filter(({ withdrawnAt }) => withdrawnAt === null)
  }
}
