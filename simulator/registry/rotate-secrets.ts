import { Rejected } from '#model/error.ts'
import { askService, type ServiceAddress } from './service-client.ts'

// The service hashes one in a few milliseconds; more at once gain nothing.
const AT_ONCE = 8

/**
 * Gives devices another secret, which ends the connection of whoever has the old one. Returns the
 * secrets by id.
 *
 * @param secretOf undefined lets the service make one
 * @throws the errors of {@link askService}.
 */
export async function rotateSecrets(
  service: ServiceAddress,
  ids: readonly string[],
  secretOf: (id: string) => string | undefined,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE)
    const made = await Promise.all(
      some.map((id) => rotateSecret(service, id, secretOf(id), signal)),
    )
    for (const [index, id] of some.entries()) secrets.set(id, made[index] as string)
  }
  return secrets
}

/** Gives one device another secret and returns it; see {@link rotateSecrets}. */
export async function rotateSecret(
  service: ServiceAddress,
  id: string,
  secret: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await askService(service, {
    method: 'POST',
    path: `/api/v1/devices/${encodeURIComponent(id)}/secret`,
    body: JSON.stringify(secret === undefined ? {} : { secret }),
    ...(signal ? { signal } : {}),
  })
  return toldSecret(id, answer, secret)
}

/**
 * The secret a device has now: the one given, or the one the service made and tells.
 *
 * @throws Rejected('invalid-input') when it does not tell it.
 */
export function toldSecret(id: string, answer: unknown, given: string | undefined): string {
  const secret = given ?? (answer as { secret?: string }).secret
  if (secret) return secret
  throw new Rejected('invalid-input', `the service did not tell the secret of ${id}`)
}
