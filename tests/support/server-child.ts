/**
 * A database server in a process of its own, stopped when its input ends, which it also does when
 * whoever started it dies: `node server-child.ts embedded|system FOLDER [FOLDER_TO_REMOVE]`.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { startSystemPostgres } from './system-postgres.ts'

const [kind, folder = '', folderToRemove] = process.argv.slice(2)
const inputEnded = once(process.stdin.resume(), 'end')
const server = kind === 'system' ? await startSystemPostgres(folder) : await startEmbedded()
// Nobody may be there to read it any more; what has to be done then follows below.
process.stdout.on('error', () => undefined)
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`)
await inputEnded
await server.stop()
if (folderToRemove !== undefined) await rm(folderToRemove, { recursive: true, force: true })

async function startEmbedded() {
  const embedded = await EmbeddedServer.open(
    {
      dataDir: folder,
      databasePort: 0,
      minFreeMb: 0,
      systemFolder: path.join(path.dirname(folder), 'system'),
    },
    silentLogger,
  )
  return { url: embedded.url('postgres'), stop: () => embedded.stop() }
}
