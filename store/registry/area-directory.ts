import type { Pool } from 'pg'
import type { Area, AreaGeometry } from '#model/area.ts'
import { messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { query, type Session } from '#store/query.ts'
import { ReadBack } from '#store/read-back.ts'

export interface AreaRow {
  readonly id: string
  readonly title_en: string
  readonly title_zh: string
  readonly geometry: AreaGeometry
}

export const AREA_COLUMNS = 'id, title_en, title_zh, geometry'

export const toArea = ({ id, title_en, title_zh, geometry }: AreaRow): Area => ({
  id,
  title: { en: title_en, zh: title_zh },
  geometry,
})

/** Is told the area and what it was; undefined when it was not. What it is now is in the directory. */
export type AreaListener = (id: string, before: Area | undefined) => void

/**
 * Every area in memory, for rules that cannot wait for a query. It follows the registry writes of
 * this process as the directory of devices does: rows are read back after the commit, one refresh at
 * a time.
 */
export class AreaDirectory {
  readonly #session: Session
  readonly #areas = new Map<string, Area>()
  readonly #listeners = new Set<AreaListener>()
  readonly #readBack: ReadBack

  private constructor(session: Session, log: Logger) {
    this.#session = session
    this.#readBack = new ReadBack(
      (ids) => this.#readSome(ids),
      (error, areas) => log.warn({ reason: messageOf(error), areas }, 'areas are behind'),
    )
  }

  static async open(pool: Pool, log: Logger): Promise<AreaDirectory> {
    const directory = new AreaDirectory(pool, log)
    const rows = await query<AreaRow>(pool, `select ${AREA_COLUMNS} from area order by id`)
    for (const row of rows) directory.#areas.set(row.id, toArea(row))
    return directory
  }

  /** By id. It is the same map for ever, and what it holds changes. */
  get areas(): ReadonlyMap<string, Area> {
    return this.#areas
  }

  /** Hears of each area that was added, changed or removed; the result stops it. */
  onChange(listener: AreaListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Reads areas back after a commit. It never fails: what cannot be read now is read as soon as the
   * database answers again.
   */
  refresh(ids: Iterable<string>): Promise<void> {
    return this.#readBack.refresh(ids)
  }

  close(): void {
    this.#readBack.close()
    this.#listeners.clear()
  }

  async #readSome(ids: readonly string[]): Promise<void> {
    const rows = await query<AreaRow>(
      this.#session,
      `select ${AREA_COLUMNS} from area where id = any($1)`,
      [ids],
    )
    this.#apply(ids, new Map(rows.map((row) => [row.id, toArea(row)])))
  }

  #apply(ids: readonly string[], found: ReadonlyMap<string, Area>): void {
    for (const id of ids) {
      const [before, after] = [this.#areas.get(id), found.get(id)]
      if (JSON.stringify(before) === JSON.stringify(after)) continue
      if (after) this.#areas.set(id, after)
      else this.#areas.delete(id)
      for (const listener of this.#listeners) listener(id, before)
    }
  }
}
