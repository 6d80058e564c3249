import { Rejected } from '#model/error.ts'
import { Part, type PartPatch } from '#model/part.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { areaOfPart, seesDevice, seesPlace } from '#model/sees-device.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { addScope, PART_SCOPE } from '#store/queries/scope.ts'
import { inTransaction, query, type Session } from '#store/query.ts'
import { refuse, registryCheck } from './check.ts'
import { DEVICE_COLUMNS, type DeviceRow, toDevice } from './device-record.ts'
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
  /** As any of the three has it. */
  readonly department?: string | undefined
  /** In the code, the name or the address, whatever its case. */
  readonly text?: string | undefined
  /** The whole city when absent. */
  readonly scope?: Scope | undefined
}

export const checkPart = registryCheck(Part)

/**
 * Parts one by one. A part beyond the scope is not found, and none is put there:
 * Rejected('forbidden').
 */
export function createPartRegistry({ pool, directory, grids, clock }: RegistryContext) {
  return {
    async list(filter: PartFilter): Promise<Page<PartRecord>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('id > ?', after?.[0])
        .addGiven('grid_code = ?', filter.gridCode)
        .addGiven('state = ?', filter.state)
        .addGiven('substr(id, 7, 4) = ?', filter.class)
        .addGiven(
          '? in (supervising_department, owning_department, maintaining_department)',
          filter.department,
        )
        .addGiven(
          "position(? in lower(concat_ws(' ', id, name, address))) > 0",
          filter.text?.toLowerCase(),
        )
      addScope(where, filter.scope ?? WHOLE_CITY, PART_SCOPE)
      const rows = await query<PartRow>(
        pool,
        `select ${PART_COLUMNS} from part ${where.clause()}
         order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toPartRecord, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(id: string, scope: Scope = WHOLE_CITY): Promise<PartRecord> {
      const where = addScope(new Conditions().add('id = ?', id), scope, PART_SCOPE)
      const [row] = await query<PartRow>(
        pool,
        `select ${PART_COLUMNS} from part ${where.clause()}`,
        where.values,
      )
      if (!row) throw noSuchPart(id)
      return toPartRecord(row)
    },

    /** @throws Rejected('invalid-input') with every reason, Rejected('conflict') */
    async create(given: Part, scope: Scope = WHOLE_CITY): Promise<PartRecord> {
      refuse(checkPart(given))
      const row = await inTransaction(pool, async (client) => {
        await holdGrids(client)
        const part = changePart(undefined, given, given.id, grids, clock.now())
        requireWithin(scope, part)
        const [written] = await writeParts(client, [part], 'leave')
        if (!written) {
          throw new Rejected('conflict', `a part ${given.id} is in the registry already`)
        }
        return written
      })
      return toPartRecord(row)
    },

    /** @throws Rejected('not-found'), Rejected('invalid-input') */
    async update(id: string, patch: PartPatch, scope: Scope = WHOLE_CITY): Promise<PartRecord> {
      const row = await inTransaction(pool, async (client) => {
        await holdGrids(client)
        const before = (await lockParts(client, [id])).get(id)
        if (!before || !seesPlace(scope, areaOfPart(before))) throw noSuchPart(id)
        const given = Object.entries(patch).filter(([, value]) => value !== null)
        refuse(checkPart({ name: before.name, ...Object.fromEntries(given), id }))
        const part = changePart(before, patch, id, grids, clock.now())
        requireWithin(scope, part)
        const [after] = await writeParts(client, [part], 'overwrite')
        return after as PartRow
      })
      await directory.refreshParts(new Set([id]))
      return toPartRecord(row)
    },

    /** @throws Rejected('not-found'), Rejected('conflict') while devices sit on it */
    async remove(id: string, scope: Scope = WHOLE_CITY): Promise<void> {
      const where = addScope(new Conditions().add('id = ?', id), scope, PART_SCOPE)
      await inTransaction(pool, async (client) => {
        const text = `delete from part ${where.clause()} returning id`
        const removed = await query(client, text, where.values)
        if (removed.length === 0) throw noSuchPart(id)
        const device = await deviceOn(client, id, scope)
        if (device !== undefined) throw new Rejected('conflict', `${device} sits on the part ${id}`)
      })
    },
  }
}

/** A device that sits on a part, by its id where it may be seen. */
async function deviceOn(session: Session, id: string, scope: Scope): Promise<string | undefined> {
  const rows = await query<DeviceRow>(
    session,
    `select ${DEVICE_COLUMNS} from device where part_id = $1 order by id`,
    [id],
  )
  const seen = rows.find((row) => seesDevice(scope, toDevice(row)))
  if (seen) return `the device ${seen.id}`
  return rows.length === 0 ? undefined : 'a device'
}

function requireWithin(scope: Scope, part: PartRecord): void {
  if (seesPlace(scope, areaOfPart(part))) return
  throw new Rejected('forbidden', `the part ${part.id} would lie beyond the areas of the account`)
}

const noSuchPart = (id: string): Rejected =>
  new Rejected('not-found', `no part ${id} is in the registry`, { detail: { id } })
