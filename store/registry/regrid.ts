import type { PoolClient } from 'pg'
import { query } from '#store/query.ts'
import { placeOfRow } from './device-record.ts'
import type { GridLocator, GridSet } from './grid-locator.ts'
import { lockGrids } from './registry-lock.ts'

const PAGE = 5_000

interface PlacedRow {
  readonly id: string
  readonly lon_deg: number
  readonly lat_deg: number
  readonly grid_code: string | null
}

export interface Regridded {
  readonly devices: readonly string[]
  readonly parts: readonly string[]
  readonly undo: () => void
}

/**
 * Ends a transaction that changed the grids: works the grid codes of devices and parts out again
 * and puts the new grids to use. Devices outside every grid lose their code; parts outside keep
 * theirs, because a survey may have given it.
 *
 * @returns what has another code now, and an undo for a commit that fails
 */
export async function applyGrids(client: PoolClient, locator: GridLocator): Promise<Regridded> {
  await lockGrids(client)
  const grids = await locator.read(client)
  const parts = await regrid(client, 'part', (row) => gridCode(grids, row) ?? row.grid_code)
  const devices = await regrid(client, 'device', (row) => gridCode(grids, row))
  // Still under the lock: whoever waits for it must work with the new grids.
  const before = locator.replace(grids)
  return { devices, parts, undo: () => locator.replace(before) }
}

const gridCode = (grids: GridSet, row: PlacedRow): string | null => {
  const place = placeOfRow(row)
  return place === null ? null : (grids.locate(place)?.code ?? null)
}

async function regrid(
  client: PoolClient,
  table: 'device' | 'part',
  codeOf: (row: PlacedRow) => string | null,
): Promise<string[]> {
  const moved: string[] = []
  for (let after = ''; ; ) {
    const rows = await query<PlacedRow>(
      client,
      `select id, lon_deg, lat_deg, grid_code from ${table}
       where id > $1 and lon_deg is not null order by id limit ${PAGE}`,
      [after],
    )
    const changed = rows
      .map((row) => ({ id: row.id, before: row.grid_code, code: codeOf(row) }))
      .filter((row) => row.before !== row.code)
    if (changed.length > 0) {
      await query(
        client,
        `update ${table} set grid_code = changed.code, updated_at = now()
         from jsonb_to_recordset($1::jsonb) as changed(id text, code text)
         where ${table}.id = changed.id`,
        [JSON.stringify(changed)],
      )
    }
    for (const { id } of changed) moved.push(id)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return moved
    after = last.id
  }
}
