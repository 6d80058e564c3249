import { mkdir, readFile, readlink, rename, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { Binaries } from './binaries.ts'

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * Makes the links that shared libraries are looked up by (`libpq.so.5` for `libpq.so.5.18`) in
 * `folder`, which the server gets as its library path. npm packages cannot carry links; the
 * package's own install script, which would make them, may be forbidden, and its folder read-only.
 * Links that are right already stay.
 */
export async function linkLibraries(binaries: Binaries, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  for (const { source, target } of await readLinks(binaries)) {
    const file = path.join(binaries.native, 'lib', path.posix.basename(source))
    const link = path.join(folder, path.posix.basename(target))
    if ((await linkTarget(link)) === file) continue
    const fresh = `${link}.${process.pid}`
    await symlink(file, fresh)
    await rename(fresh, link)
  }
}

async function readLinks(binaries: Binaries): Promise<readonly Link[]> {
  try {
    const text = await readFile(path.join(binaries.native, 'pg-symlinks.json'), 'utf8')
    return JSON.parse(text) as Link[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function linkTarget(link: string): Promise<string | undefined> {
  try {
    return await readlink(link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
