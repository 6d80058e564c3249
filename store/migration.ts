import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** One file of `migrations/`, as its name and head comment describe it. */
export interface Migration {
  /** The file's name without `.sql`; they run in the order of their names. */
  readonly name: string
  readonly sql: string
  readonly checksum: string
  /** Null: it runs on every database. */
  readonly only: 'timescale' | 'native' | null
  /**
   * False for statements PostgreSQL refuses inside a transaction. They are separated by empty lines
   * and sent one by one; each must bear being run again after a crash.
   */
  readonly transaction: boolean
}

const MIGRATIONS_FOLDER = path.join(import.meta.dirname, 'migrations')

export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted()
  return await Promise.all(
    files.map(async (file) =>
      parseMigration(
        file.slice(0, -'.sql'.length),
        await readFile(path.join(folder, file), 'utf8'),
      ),
    ),
  )
}

/** The head is the comment lines before the first other line: `-- only: timescale`, `-- transaction: none`. */
export function parseMigration(name: string, sql: string): Migration {
  const head = /^(?:--.*\r?\n)*/.exec(sql)?.[0] ?? ''
  const only = /^-- only: (timescale|native)$/m.exec(head)?.[1] as Migration['only'] | undefined
  return {
    name,
    sql,
    checksum: createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex'),
    only: only ?? null,
    transaction: !/^-- transaction: none$/m.test(head),
  }
}

/** The statements of a migration outside a transaction. */
export const paragraphs = (migration: Migration): readonly string[] =>
  migration.sql
    .split(/\n\s*\n/)
    .filter((part) => part.split('\n').some((line) => line.trim() !== '' && !line.startsWith('--')))
