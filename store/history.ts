import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { Broken } from '#model/error.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { compareReadings, type StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { readingColumns } from './commit/reading-writer.ts'
import { databaseError } from './database-error.ts'
import { EPISODE_COLUMNS, type EpisodeRow, toEpisode } from './episode-row.ts'
import { query } from './query.ts'
import { storedReading } from './stored-reading.ts'
import { formatTimestamp } from './timestamp.ts'

type Point = Pick<StoredReading, 'measuredAt' | 'seq'>

/**
 * What was committed before, as the rules need it. Readings ascend by (measuredAt, seq). Every
 * method throws Unavailable `database-unavailable` when the database does not answer.
 */
export class History {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** The newest readings of each device, so many; one without readings has no entry. */
  async latest(
    devices: readonly Device[],
    limit: (deviceId: string) => number,
  ): Promise<ReadonlyMap<string, readonly StoredReading[]>> {
    const byKind = Map.groupBy(devices, ({ kind }) => kind)
    const answers = await Promise.all(
      [...byKind].map(([kind, group]) => this.#latestOfKind(kindOf(kind), group, limit)),
    )
    return new Map(answers.flat())
  }

  /** The newest `limit` readings strictly before a point. */
  async before(device: Device, point: Point, limit: number): Promise<readonly StoredReading[]> {
    const found = await this.#range(device, '<', 'DESC', point, limit)
    return found.toReversed()
  }

  /** The oldest `limit` readings at a point or after it. */
  async from(device: Device, point: Point, limit: number): Promise<readonly StoredReading[]> {
    return await this.#range(device, '>=', 'ASC', point, limit)
  }

  /** The newest reading at or before `at` and after `from` that has a channel of its kind. */
  async lastWith(
    device: Device,
    channel: number,
    { from, at }: { readonly from: EpochMs; readonly at: EpochMs },
  ): Promise<StoredReading | undefined> {
    const kind = kindOf(device.kind)
    const name = kind.channels[channel]?.name
    if (name === undefined) throw new Broken('internal', `${kind.name} has no channel ${channel}`)
    const [row] = await this.#rows(
      `SELECT ${readingColumns(kind).join(', ')} FROM ${readingTable(kind)}
       WHERE device_id = $1 AND measured_at <= $2 AND measured_at > $3 AND ${name} IS NOT NULL
       ORDER BY measured_at DESC, seq DESC LIMIT 1`,
      [device.id, formatTimestamp(at), formatTimestamp(from)],
    )
    return row && storedReading(row)
  }

  /** Of one device, without groups: not withdrawn, and open or cleared at `from` or later. */
  async episodes(deviceId: string, from: EpochMs): Promise<readonly Episode[]> {
    return await this.episodesOf([deviceId], from)
  }

  /** The same of several devices. */
  async episodesOf(deviceIds: readonly string[], from: EpochMs): Promise<readonly Episode[]> {
    return await this.#episodes(
      `device_id = ANY($1) AND role <> 'group' AND withdrawn_at IS NULL
       AND (cleared_at IS NULL OR cleared_at >= $2)`,
      [deviceIds, formatTimestamp(from)],
    )
  }

  /** When the last episode of each device and rule was cleared, by `device rule`; without groups. */
  async lastCleared(
    deviceIds: readonly string[],
    ruleIds: readonly string[],
  ): Promise<ReadonlyMap<string, EpochMs>> {
    const rows = await query<{ name: string; at: EpochMs }>(
      this.#pool,
      `SELECT device_id || ' ' || rule_id AS name, max(cleared_at) AS at FROM episode
       WHERE device_id = ANY($1) AND rule_id = ANY($2) AND role <> 'group'
         AND withdrawn_at IS NULL AND cleared_at IS NOT NULL
       GROUP BY device_id, rule_id`,
      [deviceIds, ruleIds],
    )
    return new Map(rows.map(({ name, at }) => [name, at]))
  }

  /** Of some rules, groups among them: not withdrawn, and open or cleared at `from` or later. */
  async episodesOfRules(ruleIds: readonly string[], from: EpochMs): Promise<readonly Episode[]> {
    return await this.#episodes(
      `rule_id = ANY($1) AND withdrawn_at IS NULL AND (cleared_at IS NULL OR cleared_at >= $2)`,
      [ruleIds, formatTimestamp(from)],
    )
  }

  /**
   * The spans in which Wanmi listened, ascending: those that end at `from` or later, and the last one
   * before them, after which it did not listen.
   */
  async listened(
    from: EpochMs,
  ): Promise<readonly { readonly from: EpochMs; readonly to: EpochMs }[]> {
    try {
      const { rows } = await this.#pool.query<{ from: EpochMs; to: EpochMs }>(
        `SELECT from_at AS from, to_at AS to FROM listened
         WHERE to_at >= coalesce((SELECT max(to_at) FROM listened WHERE to_at < $1), $1)
         ORDER BY from_at`,
        [formatTimestamp(from)],
      )
      return rows
    } catch (error) {
      throw databaseError(error)
    }
  }

  /** Of all devices: neither cleared nor withdrawn. */
  async openEpisodes(): Promise<readonly Episode[]> {
    return await this.#episodes('cleared_at IS NULL AND withdrawn_at IS NULL', [])
  }

  async #latestOfKind(
    kind: DeviceKind,
    devices: readonly Device[],
    limit: (deviceId: string) => number,
  ): Promise<readonly (readonly [string, readonly StoredReading[]])[]> {
    const columns = readingColumns(kind)
    const rows = await this.#rows(
      `SELECT ${columns.map((name) => `r.${name}`).join(', ')}
       FROM unnest($1::text[], $2::integer[]) AS wanted(id, most) CROSS JOIN LATERAL (
         SELECT * FROM ${readingTable(kind)} WHERE device_id = wanted.id
         ORDER BY measured_at DESC, seq DESC LIMIT wanted.most
       ) AS r`,
      [devices.map(({ id }) => id), devices.map(({ id }) => limit(id))],
    )
    return [...Map.groupBy(rows, (row) => row[0] as string)].map(([id, group]) => [
      id,
      group.map((row) => storedReading(row)).sort(compareReadings),
    ])
  }

  async #range(
    device: Device,
    comparison: '<' | '>=',
    order: 'ASC' | 'DESC',
    point: Point,
    limit: number,
  ): Promise<readonly StoredReading[]> {
    const kind = kindOf(device.kind)
    // The bound on measured_at alone is what rules out partitions.
    const rows = await this.#rows(
      `SELECT ${readingColumns(kind).join(', ')} FROM ${readingTable(kind)}
       WHERE device_id = $1 AND measured_at ${comparison[0]}= $2
         AND (measured_at, seq) ${comparison} ($2, $3)
       ORDER BY measured_at ${order}, seq ${order} LIMIT $4`,
      [device.id, formatTimestamp(point.measuredAt), point.seq, limit],
    )
    return rows.map((row) => storedReading(row))
  }

  async #episodes(condition: string, values: readonly unknown[]): Promise<readonly Episode[]> {
    try {
      const { rows } = await this.#pool.query<EpisodeRow>(
        `SELECT ${EPISODE_COLUMNS} FROM episode WHERE ${condition} ORDER BY started_at, id`,
        [...values],
      )
      return rows.map(toEpisode)
    } catch (error) {
      throw databaseError(error)
    }
  }

  async #rows(text: string, values: readonly unknown[]): Promise<readonly unknown[][]> {
    try {
      return (await this.#pool.query({ text, values: [...values], rowMode: 'array' })).rows
    } catch (error) {
      throw databaseError(error)
    }
  }
}

function kindOf(name: string): DeviceKind {
  const kind = findKind(name)
  if (!kind) throw new Broken('internal', `there is no kind ${name}`)
  return kind
}
