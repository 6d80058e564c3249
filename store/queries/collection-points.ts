import type { Pool } from 'pg'
import type { Place } from '#model/place.ts'
import { query } from '#store/query.ts'

interface CollectionPoint {
  readonly id: string
  readonly isPart: boolean
  readonly name: string
  readonly address: string | null
  readonly place: Place
  readonly gridCode: string | null
}

interface Row extends Place {
  readonly id: string
  readonly is_part: boolean
  readonly name: string
  readonly address: string | null
  readonly grid_code: string | null
}

/** 垃圾箱, in the national edition and in that of the city. */
const BIN_CLASS = '0305'

/** Bins that have a place: by their part, and sensors of bins that are on no such part. */
export async function collectionPoints(pool: Pool): Promise<readonly CollectionPoint[]> {
  const rows = await query<Row>(
    pool,
    `select id, true as is_part, name, address, lon_deg, lat_deg, grid_code from part
     where substr(id, 7, 4) = $1 and state is distinct from 'removed'
       and lon_deg is not null and lat_deg is not null
     union all
     select id, false, coalesce(label, id), address, lon_deg, lat_deg, grid_code from device
     where kind = 'bin-sensor' and lon_deg is not null and lat_deg is not null
       and (part_id is null or substr(part_id, 7, 4) <> $1)
     order by id`,
    [BIN_CLASS],
  )
  return rows.map(
    ({ id, is_part: isPart, name, address, lon_deg, lat_deg, grid_code: gridCode }) => ({
      id,
      isPart,
      name,
      address,
      place: { lon_deg, lat_deg },
      gridCode,
    }),
  )
}
