import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of the run's PostgreSQL server, started when first asked for. */
    databaseStarter: string
  }
}

/**
 * One PostgreSQL server for a run of the tests: that of TEST_DATABASE_URL, or an embedded one,
 * which is started only when a test asks for a database and leaves nothing behind.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-test-'))
  await chmod(folder, 0o755)
  let server: Promise<EmbeddedServer> | undefined
  const start = async (): Promise<string> => {
    const external = process.env['TEST_DATABASE_URL']
    if (external) return external
    server ??= EmbeddedServer.open(
      { dataDir: folder, databasePort: 0, minFreeMb: 0, systemFolder: path.join(folder, 'system') },
      silentLogger,
    )
    return (await server).url('postgres')
  }
  const starter = createServer((_request, response) => {
    start().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => {
    starter.listen(0, '127.0.0.1', resolve)
  })
  const { port } = starter.address() as AddressInfo
  project.provide('databaseStarter', `http://127.0.0.1:${port}`)
  return async () => {
    starter.close()
    await (await server)?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
