import { verify, type X509Certificate } from 'node:crypto'
import { Rejected } from '#model/error.ts'
import { type EpochMs, parseInstant } from '#model/time.ts'
import { issuerAndSerial, subjectOf } from './certificate-names.ts'
import { DER, type DerValue, readDer } from './der.ts'

/** Which certificates an authority has taken back (RFC 5280, 5). */
export interface RevocationLists {
  /** When the first of them should have been replaced; null where none says. */
  readonly nextUpdateAt: EpochMs | null
  /** How many certificates are on them. */
  readonly size: number
  isRevoked(certificate: X509Certificate): boolean
}

const PEM = /-----BEGIN X509 CRL-----([\s\S]+?)-----END X509 CRL-----/g

/** Signatures by their object id, with the digest they are over; null where the key says. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2b6570': null,
}

/**
 * Reads lists of revocation, each of which one of the authorities must have signed.
 *
 * @throws Rejected('invalid-input') that says what is wrong with one
 */
export function readRevocationLists(
  pem: Buffer,
  authorities: readonly X509Certificate[],
): RevocationLists {
  const blocks = [...pem.toString('latin1').matchAll(PEM)]
  if (blocks.length === 0) throw fault('it holds no X509 CRL in PEM')
  const revoked = new Set<string>()
  const ends: EpochMs[] = []
  for (const [, base64 = ''] of blocks) {
    const { issuer, serials, nextUpdateAt } = readList(Buffer.from(base64, 'base64'), authorities)
    for (const serial of serials) revoked.add(nameOf(issuer, serial))
    if (nextUpdateAt !== null) ends.push(nextUpdateAt)
  }
  return {
    nextUpdateAt: ends.toSorted((a, b) => a - b)[0] ?? null,
    size: revoked.size,
    isRevoked(certificate) {
      const { issuer, serial } = issuerAndSerial(certificate)
      return revoked.has(nameOf(issuer, serial))
    },
  }
}

const nameOf = (issuer: Buffer, serial: string): string => `${issuer.toString('base64')} ${serial}`

interface List {
  readonly issuer: Buffer
  /** Hexadecimal. */
  readonly serials: readonly string[]
  readonly nextUpdateAt: EpochMs | null
}

function readList(bytes: Buffer, authorities: readonly X509Certificate[]): List {
  const [list] = readDer(bytes)
  const [body, algorithm, signature] = readDer(list?.content ?? Buffer.alloc(0))
  if (!body || !algorithm || signature?.tag !== DER.bitString) throw fault('it is no X509 CRL')
  const fields = readDer(body.content)
  if (fields[0]?.tag === DER.integer) fields.shift()
  const [, issuer, , ...rest] = fields
  if (issuer === undefined) throw fault('it is no X509 CRL')
  const isSigned = authorities
    .filter((authority) => subjectOf(authority).equals(issuer.raw))
    .some((authority) => isSignedBy(authority, body, algorithm, signature))
  if (!isSigned) throw fault('no authority of MQTT_TLS_CLIENT_CA_FILE has signed it')
  const next = isTime(rest[0]) ? rest.shift() : undefined
  const entries = rest[0]?.tag === DER.sequence ? readDer(rest.shift()?.content as Buffer) : []
  refuseCritical(rest[0])
  return {
    issuer: issuer.raw,
    serials: entries.map(({ content }) => readDer(content)[0]?.content.toString('hex') ?? ''),
    nextUpdateAt: next ? readTime(next) : null,
  }
}

function isSignedBy(
  authority: X509Certificate,
  body: DerValue,
  algorithm: DerValue,
  signature: DerValue,
): boolean {
  const oid = readDer(algorithm.content)[0]?.content.toString('hex') ?? ''
  const digest = DIGESTS[oid]
  if (digest === undefined)
    throw fault('it is signed in a way that is not known, or no longer safe')
  // The first byte of a bit string says how many bits at its end do not count: none here.
  return verify(digest, body.raw, authority.publicKey, signature.content.subarray(1))
}

/**
 * An extension that must be understood says that the list holds less than it seems to, such as only
 * what is new since another: then it may not be taken for the whole.
 */
function refuseCritical(extensions: DerValue | undefined): void {
  if (extensions?.tag !== DER.explicit0) return
  const [all] = readDer(extensions.content)
  for (const { content } of readDer(all?.content ?? Buffer.alloc(0))) {
    const [, critical] = readDer(content)
    if (critical?.tag === DER.boolean && critical.content[0] !== 0) {
      throw fault('it is a list of a part or of changes only: a whole one is needed')
    }
  }
}

const isTime = (value: DerValue | undefined): boolean =>
  value?.tag === DER.utcTime || value?.tag === DER.generalizedTime

/** `YYMMDDhhmmssZ` up to 2049, `YYYYMMDDhhmmssZ` from then on. */
function readTime({ tag, content }: DerValue): EpochMs {
  const text = content.toString('latin1')
  const century = tag === DER.generalizedTime ? '' : Number(text.slice(0, 2)) < 50 ? '20' : '19'
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(`${century}${text}`)?.slice(1)
  const [year, month, day, hour, minute, second] = parts ?? []
  const at = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (at === undefined) throw fault('it names no time of its next update')
  return at
}

const fault = (sentence: string): Rejected => new Rejected('invalid-input', sentence)
