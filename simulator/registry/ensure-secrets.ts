import { Rejected } from '#model/error.ts'
import { type RegistryCity, registryCity } from './registry-city.ts'
import { rotateSecrets } from './rotate-secrets.ts'
import type { ServiceAddress } from './service-client.ts'

export interface SecretOptions {
  /** Give devices whose secret is not known another one. */
  readonly rotate: boolean
  readonly signal?: AbortSignal
}

/**
 * The same city, every device with a secret to connect with. The registry tells none, so where one
 * is not known it is changed, but only when somebody said so: the device that has the old one is
 * turned away from then on.
 *
 * @throws Rejected('conflict') when secrets are not known and not to be changed; the errors of
 *   {@link askService}.
 */
export async function ensureSecrets(
  service: ServiceAddress,
  city: RegistryCity,
  { rotate, signal }: SecretOptions,
): Promise<RegistryCity> {
  const { records } = city
  const without = records.devices.filter(({ secret }) => secret === null).map(({ id }) => id)
  if (without.length === 0) return city
  if (!rotate) {
    throw new Rejected(
      'conflict',
      `the registry does not tell secrets, and those of ${without.length} devices, such as ${without[0]}, are not known; --rotate-secrets gives them others, which turns the real devices away`,
    )
  }
  const made = await rotateSecrets(service, without, () => undefined, signal)
  const devices = records.devices.map((device) => ({
    ...device,
    secret: device.secret ?? made.get(device.id) ?? null,
  }))
  return registryCity({ ...records, devices })
}
