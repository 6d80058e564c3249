import type { Endpoint } from '#simulator/transport/endpoint.ts'

/** An address has about 28,000 ports to connect from (net.ipv4.ip_local_port_range). */
const PER_ADDRESS = 25_000
const ADDRESSES = 254

/**
 * Where a device of a large fleet connects from on this machine: 127.0.0.1, 127.0.0.2 and so on.
 * Undefined where the system may decide.
 */
export function localAddressOf({ host }: Endpoint, index: number): string | undefined {
  if (index < PER_ADDRESS || !host.startsWith('127.')) return undefined
  return `127.0.0.${1 + (Math.floor(index / PER_ADDRESS) % ADDRESSES)}`
}
