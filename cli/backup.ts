import { stat } from 'node:fs/promises'
import { Command } from 'commander'
import { messageOf, Rejected } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { createLogger } from '#runtime/logger.ts'
import type { BackupSummary } from '#store/backup/backup-document.ts'
import { isFileError } from '#store/backup/file-error.ts'
import { checkBackup } from '#store/backup/read-backup.ts'
import { restoreBackup } from '#store/backup/restore-backup.ts'
import { takeBackup } from '#store/backup/take-backup.ts'
import { type Database, openDatabase } from '#store/database.ts'

interface Output {
  readonly json?: boolean
}

/** `wanmi backup`: all that is in the database, in one file. */
export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'write everything in the database to a file, as it is at this moment; the service may run meanwhile',
    )
    .argument('<file>', 'replaced when the new one is whole')
    .option('--json', 'what is in it as JSON')
    .action(backup)
}

/** `wanmi restore`: a database from such a file. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('fill an empty database (DATABASE_URL or DATA_DIR) from a file of `wanmi backup`')
    .argument('<file>')
    .option('--check', 'only prove that the file is whole, without a database')
    .option('--json', 'what is in it as JSON')
    .action(restore)
}

async function backup(file: string, output: Output): Promise<void> {
  const summary = await withDatabase((database) => orRejected(file, takeBackup(database, file)))
  const { size } = await stat(file)
  tell(summary, output, `${file} is written (${size} bytes)`)
}

async function restore(file: string, options: Output & { check?: boolean }): Promise<void> {
  if (options.check === true) {
    tell(await orRejected(file, checkBackup(file)), options, `${file} is whole`)
    return
  }
  // A file that cannot be opened is known before a database is.
  await orRejected(file, stat(file))
  const log = createLogger('warn')
  const summary = await withDatabase((database) =>
    orRejected(file, restoreBackup(database, file, log)),
  )
  tell(summary, options, `${file} is restored`)
}

async function withDatabase<Result>(
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(readConfig(process.env).store, createLogger('warn'))
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** What the file system says of the file is a sentence and no defect. */
async function orRejected<Result>(file: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (!isFileError(error)) throw error
    throw new Rejected('invalid-input', `${file} cannot be used: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function tell(summary: BackupSummary, { json = false }: Output, done: string): void {
  const { rows, tables, takenAt } = summary
  const filled = tables.filter((table) => table.rows > 0)
  console.log(
    json
      ? JSON.stringify(summary)
      : `${done}: ${rows} rows of ${filled.length} tables, as of ${takenAt}.`,
  )
}
