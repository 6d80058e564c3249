import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Client } from 'pg'

/** A log of 1 GB, as much as the server keeps at least for what comes next (`min_wal_size`). */
const SEGMENTS = 64

/**
 * Brings the embedded database in a data directory to where a first checkpoint under load brings it: it
 * writes into files of its log that were there before. Until then each 16 MB of log begins with a file
 * that is made, filled and synced while commits wait.
 */
export async function useLog(dataDir: string): Promise<void> {
  const home = path.join(dataDir, 'database')
  const password = (await readFile(path.join(home, 'password'), 'utf8')).trim()
  const lines = (await readFile(path.join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  const at = { host: '127.0.0.1', port: Number(lines[3]), user: 'wanmi', database: 'wanmi' }
  const client = new Client({ ...at, password })
  await client.connect()
  try {
    for (let segment = 0; segment < SEGMENTS; segment++) {
      await client.query("SELECT pg_logical_emit_message(false, 'bench', '')")
      await client.query('SELECT pg_switch_wal()')
    }
    await client.query('CHECKPOINT')
  } finally {
    await client.end()
  }
}
