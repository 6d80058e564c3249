import { BlockList, isIP } from 'node:net'
import { Rejected } from '#model/error.ts'
import { ownValue } from '#model/own-value.ts'

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * The addresses and networks of proxies, each as it was given.
 *
 * @throws Rejected('bad-configuration')
 */
export function checkProxies(proxies: readonly string[]): readonly string[] {
  if (proxies.some((proxy) => !isNetwork(proxy))) {
    throw new Rejected(
      'bad-configuration',
      'TRUSTED_PROXIES has a text that is no address or network',
    )
  }
  return proxies
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const version = isIP(address)
  if (version === 0) return Object.hasOwn(NAMED, text)
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  )
}

/** Tells whether an address is that of one of them. @throws Rejected('bad-configuration') */
export function proxyCheck(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of checkProxies(proxies).flatMap((name) => ownValue(NAMED, name) ?? [name])) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address))
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
