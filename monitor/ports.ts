import type { Commit, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { Place } from '#model/place.ts'
import type { StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'

/** What the monitor needs of the rest of Wanmi, in its own words. */

/** Commits, one after the other. `Unavailable` means: the same commit again later. */
export interface Ledger {
  /** Of the last commit that was written. */
  readonly lastNumber: number
  commit(commit: Commit): Promise<CommitOutcome>
}

type Point = Pick<StoredReading, 'measuredAt' | 'seq'>

/** What was committed before. Lists ascend by (measuredAt, seq). */
export interface History {
  /** The newest readings of each device, so many; a device without any may be missing. */
  latest(
    devices: readonly Device[],
    limit: (deviceId: string) => number,
  ): Promise<ReadonlyMap<string, readonly StoredReading[]>>
  /** The newest `limit` readings strictly before a point. */
  before(device: Device, point: Point, limit: number): Promise<readonly StoredReading[]>
  /** The oldest `limit` readings at or after a point. */
  from(device: Device, point: Point, limit: number): Promise<readonly StoredReading[]>
  /** Of one device, by start: no groups, not withdrawn, and open or cleared at `from` or later. */
  episodes(deviceId: string, from: EpochMs): Promise<readonly Episode[]>
  /** The same of several devices. */
  episodesOf(deviceIds: readonly string[], from: EpochMs): Promise<readonly Episode[]>
  /** When the last episode of each device and rule was cleared, by `device rule`. */
  lastCleared(
    deviceIds: readonly string[],
    ruleIds: readonly string[],
  ): Promise<ReadonlyMap<string, EpochMs>>
  /** The newest reading at or before `at` and after `from` that has a channel, by its index. */
  lastWith(
    device: Device,
    channel: number,
    span: { readonly from: EpochMs; readonly at: EpochMs },
  ): Promise<StoredReading | undefined>
  /** Of all devices, groups among them: neither cleared nor withdrawn. */
  openEpisodes(): Promise<readonly Episode[]>
  /** Of rules about groups: single, member and group episodes, open or cleared at `from` or later. */
  episodesOfRules(ruleIds: readonly string[], from: EpochMs): Promise<readonly Episode[]>
  /** The spans in which Wanmi listened, ascending: those that end at `from` or later, and one before. */
  listened(from: EpochMs): Promise<readonly { readonly from: EpochMs; readonly to: EpochMs }[]>
}

/** The registered devices. */
export interface Devices {
  find(id: string): Device | undefined
  all(): Iterable<Device>
}

/** What a case says of the thing it is about. */
export interface Surroundings {
  /** The unit grid of a place. */
  gridOf(place: Place): { readonly code: string; readonly address: string } | undefined
  /** Who looks after a part, and where it stands. */
  part(
    id: string,
  ): { readonly department: string | null; readonly address: string | null } | undefined
  /** Words for a unit grid known by its code. */
  gridAddress(code: string): string | undefined
}
