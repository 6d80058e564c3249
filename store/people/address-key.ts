import { isIPv6 } from 'node:net'

/**
 * What of a network address stands for one place: an IPv4 address whole, of IPv6 the first 64 bits,
 * since whoever has one such address has all that begin so.
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [plain = ''] = address.split('%', 1)
  if (!isIPv6(plain)) return address
  const [head = '', tail = ''] = plain.toLowerCase().split('::', 2)
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const missing = 8 - groups(head).length - groups(tail).length
  const zeros = plain.includes('::') ? Array.from({ length: Math.max(0, missing) }, () => '0') : []
  const all = [...groups(head), ...zeros, ...groups(tail)]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
