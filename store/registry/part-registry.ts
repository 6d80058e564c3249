import { Rejected } from '#model/error.ts'
import { Part, type PartPatch } from '#model/part.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { inTransaction, query } from '#store/query.ts'
import { refuse, registryCheck } from './check.ts'
import type { RegistryContext } from './device-registry.ts'
import {
  changePart,
  lockParts,
  PART_COLUMNS,
  type PartRecord,
  type PartRow,
  toPartRecord,
  writeParts,
} from './part-record.ts'
import { holdGrids } from './registry-lock.ts'

export interface PartFilter extends PageRequest {
  readonly gridCode?: string | undefined
  readonly state?: string | undefined
  /** Major and minor class, four digits. */
  readonly class?: string | undefined
}

export const checkPart = registryCheck(Part)

/** Parts one by one. */
export function createPartRegistry({ pool, directory, grids, clock }: RegistryContext) {
  return {
    async list(filter: PartFilter): Promise<Page<PartRecord>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('id > ?', after?.[0])
        .addGiven('grid_code = ?', filter.gridCode)
        .addGiven('state = ?', filter.state)
        .addGiven('substr(id, 7, 4) = ?', filter.class)
      const rows = await query<PartRow>(
        pool,
        `select ${PART_COLUMNS} from part ${where.clause()}
         order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toPartRecord, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(id: string): Promise<PartRecord> {
      const [row] = await query<PartRow>(pool, `select ${PART_COLUMNS} from part where id = $1`, [
        id,
      ])
      if (!row) throw noSuchPart(id)
      return toPartRecord(row)
    },

    /** @throws Rejected('invalid-input') with every reason, Rejected('conflict') */
    async create(given: Part): Promise<PartRecord> {
      refuse(checkPart(given))
      const row = await inTransaction(pool, async (client) => {
        await holdGrids(client)
        const part = changePart(undefined, given, given.id, grids, clock.now())
        const [written] = await writeParts(client, [part], 'leave')
        if (!written) {
          throw new Rejected('conflict', `a part ${given.id} is in the registry already`)
        }
        return written
      })
      return toPartRecord(row)
    },

    /** @throws Rejected('not-found'), Rejected('invalid-input') */
    async update(id: string, patch: PartPatch): Promise<PartRecord> {
      const row = await inTransaction(pool, async (client) => {
        await holdGrids(client)
        const before = (await lockParts(client, [id])).get(id)
        if (!before) throw noSuchPart(id)
        const given = Object.entries(patch).filter(([, value]) => value !== null)
        refuse(checkPart({ name: before.name, ...Object.fromEntries(given), id }))
        const part = changePart(before, patch, id, grids, clock.now())
        const [after] = await writeParts(client, [part], 'overwrite')
        return after as PartRow
      })
      await directory.refreshParts(new Set([id]))
      return toPartRecord(row)
    },

    /** @throws Rejected('not-found'), Rejected('conflict') while devices sit on it */
    async remove(id: string): Promise<void> {
      await inTransaction(pool, async (client) => {
        const [device] = await query<{ id: string }>(
          client,
          'select id from device where part_id = $1 limit 1',
          [id],
        )
        if (device) {
          throw new Rejected('conflict', `the device ${device.id} sits on the part ${id}`)
        }
        const removed = await query(client, 'delete from part where id = $1 returning id', [id])
        if (removed.length === 0) throw noSuchPart(id)
      })
    },
  }
}

const noSuchPart = (id: string): Rejected =>
  new Rejected('not-found', `no part ${id} is in the registry`, { detail: { id } })
