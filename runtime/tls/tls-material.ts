import type { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { messageOf, Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { certificatesOf, firstEndOf } from './certificate-names.ts'
import { type RevocationLists, readRevocationLists } from './revocation-list.ts'
import { TLS_POLICY } from './tls-policy.ts'

/** A file in PEM, and the setting that names it. */
export interface TlsFile {
  readonly setting: string
  readonly path: string
}

/** What a door over TLS is made of. */
export interface TlsFiles {
  readonly cert: TlsFile
  readonly key: TlsFile
  /** Authorities of client certificates; null: none is asked for. */
  readonly clientCa: TlsFile | null
  /** Client certificates that were taken back. */
  readonly crl: TlsFile | null
}

/** The files as they were read together, checked against each other. */
export interface TlsMaterial {
  /** For `createServer` and `setSecureContext`. */
  readonly context: SecureContextOptions
  readonly revoked: RevocationLists | null
  /** When something in them is over, by the setting that names it. */
  readonly ends: readonly { readonly setting: string; readonly at: EpochMs }[]
}

/** @throws Rejected('bad-configuration') that names the setting at fault */
export async function readTlsMaterial(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca, crl] = await Promise.all(
    [files.cert, files.key, files.clientCa, files.crl].map(
      async (file) => file && (await readPem(file)),
    ),
  )
  if (!cert || !key) throw new Rejected('bad-configuration', 'TLS needs a certificate and a key')
  const authorities = ca && files.clientCa ? checked(files.clientCa, () => authoritiesIn(ca)) : []
  const own = checked(files.cert, () => certificatesOf(cert))
  const context = { ...TLS_POLICY, cert, key, ...(ca ? { ca } : {}) }
  checkTogether(files, context)
  const revoked =
    crl && files.crl ? checked(files.crl, () => readRevocationLists(crl, authorities)) : null
  const ends = [
    { setting: files.cert.setting, at: firstEndOf(own) },
    { setting: files.clientCa?.setting, at: firstEndOf(authorities) },
    { setting: files.crl?.setting, at: revoked?.nextUpdateAt },
  ]
  return {
    context,
    revoked,
    ends: ends.flatMap(({ setting, at }) => (setting && at ? [{ setting, at }] : [])),
  }
}

/** Changes when any of the files does: whether it was written, replaced or linked anew. */
export async function stampOf(files: TlsFiles): Promise<string> {
  const stamps = [files.cert, files.key, files.clientCa, files.crl].map(async (file) => {
    if (file === null) return ''
    const found = await stat(file.path).catch(() => undefined)
    return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : 'gone'
  })
  return (await Promise.all(stamps)).join('|')
}

async function readPem({ setting, path }: TlsFile): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw badFile(setting, 'cannot be read', error)
  }
}

function checked<Value>({ setting }: TlsFile, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw badFile(setting, 'cannot be used', error)
  }
}

function authoritiesIn(pem: Buffer): X509Certificate[] {
  const found = certificatesOf(pem)
  if (found.length === 0) throw new Error('it holds no certificate in PEM')
  return found
}

/** Certificate and key belong together, and are strong enough. */
function checkTogether({ cert, key, clientCa }: TlsFiles, context: SecureContextOptions): void {
  try {
    createSecureContext(context)
  } catch (error) {
    const names = [cert.setting, key.setting, ...(clientCa ? [clientCa.setting] : [])]
    throw badFile(names.join(' or '), 'cannot be used', error)
  }
}

const badFile = (setting: string, what: string, error: unknown): Rejected =>
  new Rejected('bad-configuration', `${setting} ${what}: ${messageOf(error)}`, { cause: error })
