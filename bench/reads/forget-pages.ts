import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Client } from 'pg'

const run = promisify(execFile)
const SMALLEST_BYTES = 1_000_000

/**
 * Lets this machine forget what it holds in memory of the files of a database, and of nothing else, so that
 * what is read next comes from the disk. What the server itself holds stays: 256 MB of the embedded one.
 * Needs the `dd` of GNU, and files of the server that may be read.
 */
export async function pagesToForget(client: Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ folder: string }>(
    `select current_setting('data_directory') || '/base/' || oid as folder
     from pg_database where datname = current_database()`,
  )
  const folder = rows[0]?.folder ?? ''
  const files: string[] = []
  try {
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name)
      if ((await stat(file)).size >= SMALLEST_BYTES) files.push(file)
    }
    await forget(files)
  } catch (cause) {
    throw new Error(
      `--cold needs the server on this machine, GNU dd, and to be allowed to read ${folder}`,
      { cause },
    )
  }
  return () => forget(files)
}

/** To read nothing of a file past the memory forgets all of it. */
async function forget(files: readonly string[]): Promise<void> {
  const each = 'for file; do dd if="$file" iflag=nocache count=0 status=none || exit 1; done'
  await run('sh', ['-c', each, 'sh', ...files])
}
