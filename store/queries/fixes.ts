import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { channelIndex, type DeviceKind, readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { EpochMs } from '#model/time.ts'
import type { Fix } from '#rules/place/movement.ts'
import { databaseError } from '#store/database-error.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

type FixRow = readonly [EpochMs, number, number, number | null, number | null]

const mobile = (name: string): DeviceKind | undefined => {
  const kind = findKind(name)
  return kind?.mobile ? kind : undefined
}

/** Where things that move said they were. */
export function createFixQueries(pool: Pool) {
  return {
    /** In the order of their measuring; of what does not move there are none. */
    async fixes(device: Device, { from, to }: Span): Promise<readonly Fix[]> {
      const kind = mobile(device.kind)
      if (kind === undefined) return []
      const text = `select measured_at, lon_deg, lat_deg, accuracy_m, speed_kmh
        from ${readingTable(kind)}
        where device_id = $1 and measured_at >= $2 and measured_at < $3
          and lon_deg is not null and lat_deg is not null
        order by measured_at, seq`
      const values = [device.id, formatTimestamp(from), formatTimestamp(to)]
      try {
        // A day may have 86,400 of them, which need no names of columns.
        const { rows } = await pool.query<FixRow[]>({ text, values, rowMode: 'array' })
        return (rows as unknown as FixRow[]).map(([at, lon_deg, lat_deg, accuracy, speed]) => ({
          at,
          lon_deg,
          lat_deg,
          accuracy_m: accuracy ?? undefined,
          speed_kmh: speed ?? undefined,
        }))
      } catch (error) {
        throw databaseError(error)
      }
    },

    async odometers(
      name: string,
      deviceIds: readonly string[],
      { from, to }: Span,
    ): Promise<ReadonlyMap<string, number>> {
      const kind = mobile(name)
      if (kind === undefined || channelIndex(kind, 'odometer_km') === -1) return new Map()
      const rows = await query<{ id: string; km: number | null }>(
        pool,
        `select wanted.id, way.km from unnest($1::text[]) as wanted(id) cross join lateral (
           select max(odometer_km) - min(odometer_km) as km from ${readingTable(kind)}
           where device_id = wanted.id and measured_at >= $2 and measured_at < $3
         ) as way`,
        [deviceIds, formatTimestamp(from), formatTimestamp(to)],
      )
      return new Map(rows.flatMap(({ id, km }) => (km === null ? [] : [[id, km] as const])))
    },
  }
}
