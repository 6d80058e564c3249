import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ROOT } from './console-sources.ts'

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
}

/** What the pages for phones begin with; what they fetch later, as the map, needs a network. */
const BEGINNINGS = /^(?:index\.html|src\/pages\/phone\/[\w-]+-page\.vue)$/

/** Writes the worker that opens the pages for phones without a network, with the files it keeps. */
export async function buildPhoneWorker(dist: string): Promise<void> {
  const manifest = JSON.parse(await readFile(`${dist}/.vite/manifest.json`, 'utf8')) as Readonly<
    Record<string, Chunk>
  >
  const files = new Set(['/favicon.svg'])
  const add = (name: string): void => {
    const chunk = manifest[name]
    if (!chunk || files.has(`/${chunk.file}`)) return
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(`/${file}`)
    for (const imported of chunk.imports ?? []) add(imported)
  }
  for (const name of Object.keys(manifest)) if (BEGINNINGS.test(name)) add(name)
  const source = await readFile(resolve(ROOT, 'web/worker/phone-worker.ts'), 'utf8')
  const list = JSON.stringify([...files].toSorted())
  const page = await readFile(`${dist}/index.html`, 'utf8')
  const version = createHash('sha256')
    .update(source + list + page)
    .digest('hex')
    .slice(0, 16)
  const head = `const PHONE_VERSION = '${version}'\nconst PHONE_FILES = ${list}\n`
  const { transformWithOxc } = await import('vite')
  const { code } = await transformWithOxc(source, 'phone-worker.ts')
  await writeFile(`${dist}/phone-worker.js`, head + code)
}
