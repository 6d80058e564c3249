import type { Pool, PoolClient } from 'pg'
import { type Device, type DevicePatch, NewDevice } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { Clock } from '#runtime/clock.ts'
import { generateSecret, hashSecret } from '#runtime/secret.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { addScope, DEVICE_SCOPE } from '#store/queries/scope.ts'
import { inTransaction, query } from '#store/query.ts'
import { refuse, registryCheck } from './check.ts'
import {
  changeDevice,
  DEVICE_COLUMNS,
  type DeviceChange,
  type DeviceRecord,
  type DeviceRow,
  toDevice,
  toDeviceRecord,
} from './device-record.ts'
import {
  lockDevices,
  tooManyAttributes,
  unknownPart,
  unknownParts,
  writeDevices,
} from './device-writes.ts'
import type { GridLocator } from './grid-locator.ts'
import { holdGrids } from './registry-lock.ts'

export interface RegistryContext {
  readonly pool: Pool
  readonly directory: DeviceDirectory
  readonly grids: GridLocator
  readonly clock: Clock
}

export interface DeviceFilter extends PageRequest {
  readonly kind?: string | undefined
  readonly group?: string | undefined
  readonly partId?: string | undefined
  readonly gridCode?: string | undefined
  readonly enabled?: boolean | undefined
  /** West, south, east, north in degrees. */
  readonly bbox?: readonly [number, number, number, number] | undefined
  /** Something in the id, the label or the address, whatever its case. */
  readonly text?: string | undefined
  /** The whole city when absent. */
  readonly scope?: Scope | undefined
}

export const checkDevice = registryCheck(NewDevice)

/**
 * Devices one by one. Each write is in the directory when it is answered. A device beyond the scope
 * is not found, and none is put there: Rejected('forbidden').
 */
export function createDeviceRegistry({ pool, directory, grids, clock }: RegistryContext) {
  const change = async (
    id: string,
    scope: Scope,
    work: (before: DeviceRow, client: PoolClient) => Promise<{ device: Device; hash?: string }>,
  ): Promise<DeviceRecord> => {
    const row = await inTransaction(pool, async (client) => {
      await holdGrids(client)
      const before = (await lockDevices(client, [id])).get(id)
      if (!before || !seesDevice(scope, toDevice(before))) throw noSuchDevice(id)
      const { device, hash } = await work(before, client)
      requireWithin(scope, device)
      const write = {
        device,
        secretHash: hash ?? before.secret_hash,
        createdAt: before.created_at,
        updatedAt: clock.now(),
      }
      const [after] = await writeDevices(client, [write], 'overwrite')
      return after as DeviceRow
    })
    await directory.refresh([id])
    return toDeviceRecord(row)
  }

  return {
    async list(filter: DeviceFilter): Promise<Page<DeviceRecord>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('id > ?', after?.[0])
        .addGiven('kind = ?', filter.kind)
        .addGiven('device_group = ?', filter.group)
        .addGiven('part_id = ?', filter.partId)
        .addGiven('grid_code = ?', filter.gridCode)
        .addGiven('enabled = ?', filter.enabled)
        .addGiven(
          `position(lower(?) in lower(concat_ws(' ', id, label, address))) > 0`,
          filter.text,
        )
      addScope(where, filter.scope ?? WHOLE_CITY, DEVICE_SCOPE)
      if (filter.bbox) {
        const [west, south, east, north] = filter.bbox
        where.add('lat_deg between ? and ?', south, north)
        // A box across the 180th meridian has its west east of its east.
        if (west <= east) where.add('lon_deg between ? and ?', west, east)
        else where.add('(lon_deg >= ? or lon_deg <= ?)', west, east)
      }
      const rows = await query<DeviceRow>(
        pool,
        `select ${DEVICE_COLUMNS} from device ${where.clause()} order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toDeviceRecord, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(id: string, scope: Scope = WHOLE_CITY): Promise<DeviceRecord> {
      const where = addScope(new Conditions().add('id = ?', id), scope, DEVICE_SCOPE)
      const [row] = await query<DeviceRow>(
        pool,
        `select ${DEVICE_COLUMNS} from device ${where.clause()}`,
        where.values,
      )
      if (!row) throw noSuchDevice(id)
      return toDeviceRecord(row)
    },

    /**
     * Registers a device. `secret` is set when it was generated.
     *
     * @throws Rejected('invalid-input') with every reason, Rejected('conflict')
     */
    async create(
      given: NewDevice,
      scope: Scope = WHOLE_CITY,
    ): Promise<{ readonly device: DeviceRecord; readonly secret: string | null }> {
      refuse(checkDevice(given))
      const secret = given.secret === undefined ? generateSecret() : null
      const secretHash = await hashSecret(given.secret ?? (secret as string))
      const row = await inTransaction(pool, async (client) => {
        await holdGrids(client)
        await requirePart(client, given.partId, scope)
        const now = clock.now()
        const device = withGrid(grids, changeDevice(undefined, given, given.id, given.kind))
        requireWithin(scope, device)
        const write = { device, secretHash, createdAt: now, updatedAt: now }
        const [written] = await writeDevices(client, [write], 'leave')
        if (!written) throw alreadyRegistered(given.id)
        return written
      })
      await directory.refresh([given.id])
      return { device: toDeviceRecord(row), secret }
    },

    /** @throws Rejected('not-found'), Rejected('invalid-input') */
    update(id: string, patch: DevicePatch, scope: Scope = WHOLE_CITY): Promise<DeviceRecord> {
      return change(id, scope, async (row, client) => {
        const before = toDevice(row)
        const merged: DeviceChange = patch
        const { attributes, ...plain } = withoutNulls(patch)
        const given = attributes ? { attributes: withoutNulls(attributes) } : {}
        refuse(checkDevice({ ...plain, ...given, id, kind: row.kind }))
        if (patch.partId !== before.partId) await requirePart(client, patch.partId, scope)
        const after = changeDevice(before, merged, id, row.kind)
        refuse(tooManyAttributes(after.attributes))
        return { device: withGrid(grids, after) }
      })
    },

    /**
     * Gives a device another secret: the one stated, or a generated one, which is handed back.
     *
     * @throws Rejected('not-found')
     */
    async rotateSecret(
      id: string,
      given: string | undefined,
      scope: Scope = WHOLE_CITY,
    ): Promise<string | null> {
      const secret = given === undefined ? generateSecret() : null
      const hash = await hashSecret(given ?? (secret as string))
      await change(id, scope, async (row) => ({ device: toDevice(row), hash }))
      return secret
    },

    /** Its readings, episodes and cases stay. @throws Rejected('not-found') */
    async remove(id: string, scope: Scope = WHOLE_CITY): Promise<void> {
      const where = addScope(new Conditions().add('id = ?', id), scope, DEVICE_SCOPE)
      const text = `delete from device ${where.clause()} returning id`
      const removed = await query(pool, text, where.values)
      if (removed.length === 0) throw noSuchDevice(id)
      await directory.refresh([id])
    },
  }
}

/** A device with the code of the grid that holds its place. */
export const withGrid = (grids: GridLocator, device: Omit<Device, 'gridCode'>): Device => ({
  ...device,
  gridCode: device.place === null ? null : (grids.locate(device.place)?.code ?? null),
})

const withoutNulls = <Given extends object>(given: Given): Partial<Given> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Partial<Given>

async function requirePart(
  client: PoolClient,
  id: string | null | undefined,
  scope: Scope,
): Promise<void> {
  if (typeof id !== 'string') return
  if ((await unknownParts(client, [id], scope)).size > 0) refuse([unknownPart(id)])
}

function requireWithin(scope: Scope, device: Device): void {
  if (seesDevice(scope, device)) return
  const sentence = `the device ${device.id} would lie beyond the areas and networks of the account`
  throw new Rejected('forbidden', sentence)
}

const noSuchDevice = (id: string): Rejected =>
  new Rejected('not-found', `no device ${id} is registered`, { detail: { id } })

const alreadyRegistered = (id: string): Rejected =>
  new Rejected('conflict', `a device ${id} is registered already`, { detail: { id } })
