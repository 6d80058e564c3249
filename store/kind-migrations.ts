import { type DeviceKind, readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { type Migration, readMigrations } from './migration.ts'
import {
  addReadingColumns,
  type ColumnOf,
  createReadingTable,
  type Storage,
} from './reading-ddl.ts'

interface MigrationFile {
  readonly file: string
  readonly text: string
}

const STORAGES: readonly Storage[] = ['native', 'timescale']
const HEAD = /^-- channels of ([a-z0-9-]+): (.*)$/m

/**
 * The files that bring the committed migrations to what the kinds declare: a table for a new kind,
 * columns for channels added at the end of an old one. None when they agree already.
 *
 * @throws Error where a channel was renamed, moved, removed or given another type: what becomes of
 *   the stored values is for a person to decide and write
 */
export function kindMigrations(
  committed: readonly Migration[],
  kinds: readonly DeviceKind[] = KINDS,
): readonly MigrationFile[] {
  const known = committedColumns(committed)
  let number = Math.max(9, ...committed.map(({ name }) => Number(name.slice(0, 4))))
  return kinds.flatMap((kind) => {
    const before = known.get(kind.name)
    if (before?.length === kind.channels.length && startsAlike(kind, before)) return []
    if (before && !startsAlike(kind, before)) {
      throw new Error(
        `the channels of ${kind.name} changed otherwise than by adding some at the end`,
      )
    }
    number += 1
    return STORAGES.map((storage) => migrationFile(kind, before, storage, number))
  })
}

/** The migrations that are still to be written, by path within the project. */
export async function missingKindMigrations(): Promise<readonly (readonly [string, string])[]> {
  const files = kindMigrations(await readMigrations())
  return files.map(({ file, text }) => [`store/migrations/${file}`, text])
}

function migrationFile(
  kind: DeviceKind,
  before: readonly ColumnOf[] | undefined,
  storage: Storage,
  number: number,
): MigrationFile {
  const table = readingTable(kind)
  const statements = before
    ? addReadingColumns(table, kind.channels, kind.channels.slice(before.length), storage)
    : createReadingTable(table, kind.channels, storage)
  const columns = kind.channels.map(({ name, type }) => `${name}:${type}`).join(' ')
  // A continuous aggregate is refilled outside of transactions only.
  const outside = before !== undefined && storage === 'timescale'
  const head = [
    `-- only: ${storage}`,
    ...(outside ? ['-- transaction: none'] : []),
    `-- channels of ${kind.name}: ${columns}`,
    '-- Written by `wanmi generate` from the declaration of the kind.',
  ]
  const title = `${String(number).padStart(4, '0')}-reading-${kind.name}`
  return {
    file: `${title}.${storage}.sql`,
    text: `${head.join('\n')}\n\n${statements.join('\n\n')}\n`,
  }
}

/** The channels each kind has after every committed migration. */
function committedColumns(committed: readonly Migration[]): ReadonlyMap<string, ColumnOf[]> {
  const known = new Map<string, ColumnOf[]>()
  for (const { sql } of committed) {
    const match = HEAD.exec(sql)
    if (!match) continue
    const columns = (match[2] as string).split(' ').map((part) => {
      const [name, type] = part.split(':') as [string, ColumnOf['type']]
      return { name, type }
    })
    known.set(match[1] as string, columns)
  }
  return known
}

const startsAlike = (kind: DeviceKind, before: readonly ColumnOf[]): boolean =>
  before.every(
    ({ name, type }, index) =>
      kind.channels[index]?.name === name && kind.channels[index].type === type,
  )
