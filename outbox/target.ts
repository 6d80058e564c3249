import { type LookupAddress, type LookupAllOptions, lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Addresses that answer with the credentials of the machine itself in clouds, or mean nobody. */
const NEVER = listOf(
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['::', 128],
  ['ff00::', 8],
)

const PRIVATE = listOf(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
)

function listOf(...nets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, familyOf(net))
  return list
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** Which addresses notices may be sent to. */
export interface TargetPolicy {
  /** Addresses of private networks and of this machine are allowed. */
  readonly allowPrivate: boolean
}

/** Why nothing may be sent to an IP address; undefined when it may. */
export function addressFault(address: string, { allowPrivate }: TargetPolicy): string | undefined {
  const family = familyOf(address)
  if (NEVER.check(address, family)) return `notices are never sent to ${address}`
  if (!allowPrivate && PRIVATE.check(address, family)) {
    return `${address} is a private address, which WEBHOOK_PRIVATE_TARGETS does not allow`
  }
  return undefined
}

/** Why a text is no address notices may be sent to; a name is looked at when it is resolved. */
export function targetFault(text: string, policy: TargetPolicy): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'the url is not an absolute address'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return 'the url is neither http nor https'
  }
  if (url.username !== '' || url.password !== '') {
    return 'the url has a name or password in it: notices are signed instead'
  }
  if (url.hash !== '') return 'the url has a fragment, which is never sent'
  const host = hostOf(url)
  return isIP(host) === 0 ? undefined : addressFault(host, policy)
}

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/**
 * Resolves names for sockets, and refuses those with an address that is not allowed: what is checked
 * is what is connected to, whatever the name meant a moment before.
 */
export function guardedLookup(policy: TargetPolicy): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupAllOptions = { ...options, all: true }
    resolve(hostname, all, (error, addresses) => {
      const fault = error ? undefined : firstFault(addresses, policy)
      const failed = error ?? (fault === undefined ? undefined : new Error(fault))
      if (failed) return callback(failed, '', 0)
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      return callback(null, first?.address ?? '', first?.family)
    })
  }
}

const firstFault = (
  addresses: readonly LookupAddress[],
  policy: TargetPolicy,
): string | undefined =>
  addresses.map(({ address }) => addressFault(address, policy)).find((fault) => fault !== undefined)
