import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { TestProject } from 'vitest/node'
import { makeTemplate } from './template-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with {@link TestServer}: PostgreSQL of this run, started when first asked for. */
    databaseStarter: string
  }
}

/** What is told of the server. */
export interface TestServer {
  readonly url: string
  /** Name of a migrated database that others are copied from. */
  readonly template: string
}

type Child = ChildProcessByStdio<Writable, Readable, null>

/**
 * One PostgreSQL server for a run of the tests, started only when a test asks for a database: the
 * embedded one, or for the project `other` that of TEST_DATABASE_URL or of the system's packages.
 * A process of its own holds it, so that it ends with the run however the run ends.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-test-'))
  // The server's own user, where that is another, has to pass.
  await chmod(folder, 0o755)
  const isOther = project.name === 'other'
  let child: Child | undefined
  let server: Promise<{ readonly answer: TestServer; drop(): Promise<void> }> | undefined
  const start = async (): Promise<string> => {
    const external = process.env['TEST_DATABASE_URL']
    if (isOther && external) return external
    child = startChild(isOther ? 'system' : 'embedded', folder)
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    return (JSON.parse(line) as { url: string }).url
  }
  const serve = async () => {
    const url = await start()
    const template = await makeTemplate(url)
    return { answer: { url, template: template.name }, drop: () => template.drop() }
  }
  const starter = createServer((_request, response) => {
    server ??= serve()
    server.then(
      ({ answer }) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  starter.listen(0, '127.0.0.1')
  await once(starter, 'listening')
  const { port } = starter.address() as AddressInfo
  project.provide('databaseStarter', `http://127.0.0.1:${port}`)
  return async () => {
    starter.close()
    await (await server)?.drop()
    if (child) {
      child.stdin.end()
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
}

/** In a session of its own: Ctrl-C in the terminal must not take it away before its server. */
function startChild(kind: 'embedded' | 'system', folder: string): Child {
  const script = path.join(import.meta.dirname, 'server-child.ts')
  return spawn(process.execPath, [script, kind, path.join(folder, 'data'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
}
