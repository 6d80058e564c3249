import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'

export interface AdminToken {
  readonly token: string
  /** Made just now: to be shown this once. */
  readonly isNew: boolean
}

const fileOf = (dataDir: string): string => join(dataDir, 'admin-token')

/**
 * The token of the API: the configured one, else the one kept in DATA_DIR, else a new one.
 *
 * @throws Rejected `data-directory` when it can be neither read nor kept
 */
export async function adminToken(configured: string | null, dataDir: string): Promise<AdminToken> {
  if (configured !== null) return { token: configured, isNew: false }
  const kept = await readAdminToken(dataDir)
  if (kept !== undefined) return { token: kept, isNew: false }
  const token = randomBytes(24).toString('base64url')
  try {
    await mkdir(dataDir, { recursive: true })
    await writeFile(fileOf(dataDir), `${token}\n`, { mode: 0o600 })
    await chmod(fileOf(dataDir), 0o600)
  } catch (error) {
    throw unusable(dataDir, error)
  }
  return { token, isNew: true }
}

/** The token that a service on this machine keeps; undefined when it keeps none. */
export async function readAdminToken(dataDir: string): Promise<string | undefined> {
  try {
    const text = await readFile(fileOf(dataDir), 'utf8')
    return text.trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(dataDir, error)
  }
}

const unusable = (dataDir: string, error: unknown): Rejected =>
  new Rejected('data-directory', `the token in ${dataDir} cannot be used: ${messageOf(error)}`, {
    cause: error,
  })
