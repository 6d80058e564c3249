import { isIPv6 } from 'node:net'

const MAPPED = '::ffff:'
const GROUPS = 8
const GROUPS_OF_BLOCK = 4

/**
 * What limits of one address count by: an IPv4 address, and of IPv6 the 64 bits that one subscriber
 * is given whole, who could change the rest with every connection.
 */
export function addressBlock(address: string): string {
  if (address.startsWith(MAPPED) && address.includes('.')) return address.slice(MAPPED.length)
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(GROUPS - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, GROUPS_OF_BLOCK).join(':')}::/64`
}
