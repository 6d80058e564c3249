import { X509Certificate } from 'node:crypto'
import { type EpochMs, epochMs } from '#model/time.ts'
import { DER, type DerValue, readDer } from './der.ts'

/** Of TBSCertificate (RFC 5280, 4.1): serial, signature, issuer, validity, subject. */
function fieldsOf(certificate: X509Certificate): DerValue[] {
  const [whole] = readDer(certificate.raw)
  const [body] = readDer(whole?.content ?? Buffer.alloc(0))
  const fields = readDer(body?.content ?? Buffer.alloc(0))
  return fields[0]?.tag === DER.explicit0 ? fields.slice(1) : fields
}

/** Who has issued a certificate, byte by byte, and the number it gave it, in hexadecimal. */
export function issuerAndSerial(certificate: X509Certificate): { issuer: Buffer; serial: string } {
  const [serial, , issuer] = fieldsOf(certificate)
  return {
    issuer: issuer?.raw ?? Buffer.alloc(0),
    serial: serial?.content.toString('hex') ?? '',
  }
}

/** Whom a certificate is of, byte by byte. */
export const subjectOf = (certificate: X509Certificate): Buffer =>
  fieldsOf(certificate)[4]?.raw ?? Buffer.alloc(0)

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** Every certificate of a file in PEM. Throws as Node does where one is none. */
export const certificatesOf = (pem: Buffer): X509Certificate[] =>
  (pem.toString('latin1').match(PEM) ?? []).map((text) => new X509Certificate(text))

/** When the first of them ends; undefined of none. */
export function firstEndOf(certificates: readonly X509Certificate[]): EpochMs | undefined {
  const ends = certificates.map(({ validToDate }) => epochMs(validToDate.getTime()))
  return ends.toSorted((a, b) => a - b)[0]
}
