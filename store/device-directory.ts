import type { Device } from '#model/device.ts'
import { messageOf } from '#model/error.ts'
import type { Place } from '#model/place.ts'
import type { Logger } from '#runtime/logger.ts'
import {
  DEVICE_COLUMNS,
  type DeviceRow,
  placeOfRow,
  toDevice,
} from '#store/registry/device-record.ts'
import { query, type Session } from './query.ts'
import { ReadBack } from './read-back.ts'

/** What the broker needs to let a device in. */
export interface Credential {
  readonly hash: string
  readonly enabled: boolean
}

/** Is told the device and what let it in before the change; what does so now is in the directory. */
export type ChangeListener = (deviceId: string, before: Credential | undefined) => void

/** What a case says of the part a device sits on. */
export interface PartFacts {
  readonly id: string
  /** Who maintains it; failing that who owns it, failing that who supervises it. */
  readonly department: string | null
  readonly gridCode: string | null
  readonly place: Place | null
  readonly address: string | null
}

interface Entry {
  readonly device: Device
  readonly credential: Credential
}

type PartRow = {
  readonly id: string
  readonly department: string | null
  readonly grid_code: string | null
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly address: string | null
}

const PAGE = 10_000

/**
 * Every registered device in memory, for the paths that cannot wait for a query, with the parts
 * that devices sit on. It follows the registry writes of this process: whoever commits one calls
 * {@link DeviceDirectory.refresh}. Rows are always read back after the commit and one refresh at a
 * time, so that of two writers the later always wins here too.
 */
export class DeviceDirectory {
  readonly #session: Session
  readonly #entries = new Map<string, Entry>()
  readonly #parts = new Map<string, PartFacts>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #readBack: ReadBack

  private constructor(session: Session, log: Logger) {
    this.#session = session
    this.#readBack = new ReadBack(
      (ids) => this.#readSome(ids),
      (error, devices) => log.warn({ reason: messageOf(error), devices }, 'directory is behind'),
    )
  }

  /** Reads the whole registry, which for 100,000 devices takes about a second. */
  static async open(session: Session, log: Logger): Promise<DeviceDirectory> {
    const directory = new DeviceDirectory(session, log)
    await directory.#readAll()
    return directory
  }

  get size(): number {
    return this.#entries.size
  }

  find(id: string): Device | undefined {
    return this.#entries.get(id)?.device
  }

  *devices(): Generator<Device> {
    for (const { device } of this.#entries.values()) yield device
  }

  credential(id: string): Credential | undefined {
    return this.#entries.get(id)?.credential
  }

  /** Only of parts that a device sits on. */
  part(id: string): PartFacts | undefined {
    return this.#parts.get(id)
  }

  /** Hears of each device that was added, changed or removed; the result stops it. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Reads devices back after a commit. It never fails: what cannot be read now is read as soon as
   * the database answers again.
   */
  refresh(ids: Iterable<string>): Promise<void> {
    return this.#readBack.refresh(ids)
  }

  /** Reads the devices on these parts back, and with them the parts. */
  async refreshParts(ids: ReadonlySet<string>): Promise<void> {
    const onThem = [...this.#entries.values()].filter(
      ({ device }) => device.partId !== null && ids.has(device.partId),
    )
    await this.refresh(onThem.map(({ device }) => device.id))
  }

  close(): void {
    this.#readBack.close()
    this.#listeners.clear()
  }

  async #readAll(): Promise<void> {
    for (let after = ''; ; ) {
      const rows = await query<DeviceRow>(
        this.#session,
        `select ${DEVICE_COLUMNS} from device where id > $1 order by id limit ${PAGE}`,
        [after],
      )
      await this.#readParts(rows)
      for (const row of rows) this.#entries.set(row.id, toEntry(row))
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return
      after = last.id
    }
  }

  async #readSome(ids: readonly string[]): Promise<void> {
    const rows = await query<DeviceRow>(
      this.#session,
      `select ${DEVICE_COLUMNS} from device where id = any($1)`,
      [ids],
    )
    await this.#readParts(rows)
    this.#apply(ids, new Map(rows.map((row) => [row.id, toEntry(row)])))
  }

  #apply(ids: readonly string[], found: ReadonlyMap<string, Entry>): void {
    for (const id of ids) {
      const [before, after] = [this.#entries.get(id), found.get(id)]
      if (JSON.stringify(before) === JSON.stringify(after)) continue
      if (after) this.#entries.set(id, after)
      else this.#entries.delete(id)
      for (const listener of this.#listeners) listener(id, before?.credential)
    }
  }

  async #readParts(devices: readonly DeviceRow[]): Promise<void> {
    const ids = new Set(devices.map((row) => row.part_id).filter((id) => id !== null))
    if (ids.size === 0) return
    const rows = await query<PartRow>(
      this.#session,
      `select id, coalesce(maintaining_department, owning_department, supervising_department)
         as department, grid_code, lon_deg, lat_deg, address
       from part where id = any($1)`,
      [[...ids]],
    )
    for (const row of rows) this.#parts.set(row.id, toPartFacts(row))
  }
}

const toEntry = (row: DeviceRow): Entry => ({
  device: toDevice(row),
  credential: { hash: row.secret_hash, enabled: row.enabled },
})

const toPartFacts = (row: PartRow): PartFacts => ({
  id: row.id,
  department: row.department,
  gridCode: row.grid_code,
  place: placeOfRow(row),
  address: row.address,
})
