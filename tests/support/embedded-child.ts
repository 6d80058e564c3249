/**
 * An embedded server in a process of its own, stopped when its input ends, which it also does when
 * whoever started it dies: `node embedded-child.ts DATA_DIR SYSTEM_FOLDER [FOLDER_TO_REMOVE]`.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'

const [dataDir = '', systemFolder = '', folderToRemove] = process.argv.slice(2)
const inputEnded = once(process.stdin.resume(), 'end')
const server = await EmbeddedServer.open(
  { dataDir, databasePort: 0, minFreeMb: 0, systemFolder },
  silentLogger,
)
// Nobody may be there to read it any more; what has to be done then follows below.
process.stdout.on('error', () => undefined)
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url('postgres') })}\n`)
await inputEnded
await server.stop()
if (folderToRemove !== undefined) await rm(folderToRemove, { recursive: true, force: true })
