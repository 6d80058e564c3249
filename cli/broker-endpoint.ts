import { readFileSync } from 'node:fs'
import { messageOf, Rejected } from '#model/error.ts'
import { type Endpoint, parseEndpoint } from '#simulator/transport/endpoint.ts'
import { defaultMqttUrl } from './service-address.ts'

export interface BrokerOptions {
  readonly mqtt?: string
  readonly tlsCa?: string
  readonly tlsInsecure?: boolean
}

/**
 * The broker that `--mqtt`, `--tls-ca` and `--tls-insecure` name; without them the one on this
 * machine.
 *
 * @throws Rejected('invalid-input') when the address is none or the certificate cannot be read.
 */
export function brokerEndpoint({ mqtt, tlsCa, tlsInsecure }: BrokerOptions): Endpoint {
  const trust = { verified: !tlsInsecure }
  const ca = tlsCa === undefined ? {} : { ca: readPem(tlsCa) }
  return parseEndpoint(mqtt ?? defaultMqttUrl(), { ...trust, ...ca })
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = `the certificate ${file} cannot be read: ${messageOf(cause)}`
    throw new Rejected('invalid-input', message, { cause })
  }
}
