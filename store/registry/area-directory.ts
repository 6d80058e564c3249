import type { Pool } from 'pg'
import type { Area, AreaGeometry } from '#model/area.ts'
import { messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { query, type Session } from '#store/query.ts'

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

const RETRY_MS = 1_000

/**
 * Every area in memory, for rules that cannot wait for a query. It follows the registry writes of
 * this process as the directory of devices does: rows are read back after the commit, one refresh at
 * a time.
 */
export class AreaDirectory {
  readonly #session: Session
  readonly #log: Logger
  readonly #areas = new Map<string, Area>()
  readonly #listeners = new Set<AreaListener>()
  readonly #stale = new Set<string>()
  #turn: Promise<void> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined

  private constructor(session: Session, log: Logger) {
    this.#session = session
    this.#log = log
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
    for (const id of ids) this.#stale.add(id)
    this.#turn = this.#turn.then(() => this.#readStale())
    return this.#turn
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#listeners.clear()
  }

  async #readStale(): Promise<void> {
    // A write that commits while this reads marks its area again, so the marks go first.
    const ids = [...this.#stale]
    if (ids.length === 0) return
    this.#stale.clear()
    try {
      const rows = await query<AreaRow>(
        this.#session,
        `select ${AREA_COLUMNS} from area where id = any($1)`,
        [ids],
      )
      this.#apply(ids, new Map(rows.map((row) => [row.id, toArea(row)])))
    } catch (error) {
      for (const id of ids) this.#stale.add(id)
      this.#log.warn({ reason: messageOf(error), areas: ids.length }, 'areas are behind')
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined
        void this.refresh([])
      }, RETRY_MS).unref()
    }
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
