import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ROOT } from './console-sources.ts'

const KIB = 1_024

/** Largest first load of JavaScript, over the wire by gzip, the map apart. */
export const FIRST_LOAD_LIMIT_BYTES = 350 * KIB

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

/** What a browser has to get before the first page stands: bytes by gzip of each file. */
export async function firstLoad(): Promise<ReadonlyMap<string, number>> {
  const dist = resolve(ROOT, 'web/dist')
  const manifest = JSON.parse(await readFile(`${dist}/.vite/manifest.json`, 'utf8')) as Readonly<
    Record<string, Chunk>
  >
  const sizes = new Map<string, number>()
  const add = async (name: string): Promise<void> => {
    const chunk = manifest[name]
    if (!chunk || sizes.has(chunk.file)) return
    const path = `${dist}/${chunk.file}`
    const { size } = await stat(`${path}.gz`).catch(() => stat(path))
    sizes.set(chunk.file, size)
    for (const imported of chunk.imports ?? []) await add(imported)
  }
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry)
  if (entry !== undefined) await add(entry)
  return sizes
}
