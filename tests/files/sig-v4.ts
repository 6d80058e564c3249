import { createHash, createHmac } from 'node:crypto'

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

const rfc3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/**
 * What is wrong with the AWS Signature Version 4 of a request for S3, worked out from the
 * specification alone; undefined when it is right.
 */
export function signatureFault(
  { method, url, headers }: SignedRequest,
  keys: Readonly<Record<string, string>>,
): string | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
  const match = pattern.exec(String(headers['authorization'] ?? ''))
  if (!match) return 'there is no signature'
  const [, keyId = '', date = '', region = '', names = '', signature = ''] = match
  const secret = keys[keyId]
  if (secret === undefined) return `nobody has the key ${keyId}`
  const signed = names.split(';')
  if (!signed.includes('host')) return 'the host is not signed'
  const [path = '', query = ''] = url.split('?', 2)
  const parameters = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2)
      return [rfc3986(decodeURIComponent(name)), rfc3986(decodeURIComponent(value))] as const
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  const payload = String(headers['x-amz-content-sha256'] ?? '')
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => rfc3986(decodeURIComponent(part)))
      .join('/'),
    parameters.join('&'),
    ...signed.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/ +/g, ' ')}`,
    ),
    '',
    names,
    payload,
  ].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const instant = String(headers['x-amz-date'] ?? '')
  if (!instant.startsWith(date)) return 'the date of the scope is another than that of the request'
  const toSign = ['AWS4-HMAC-SHA256', instant, scope, sha256(canonical)].join('\n')
  const steps = [date, region, 's3', 'aws4_request']
  const key = steps.reduce<string | Buffer>((last, step) => hmac(last, step), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'the signature is wrong'
}
