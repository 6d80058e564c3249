import { Rejected } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import { rotateSecret, toldSecret } from './rotate-secrets.ts'
import { askService, type ServiceAddress } from './service-client.ts'

export interface WantedDevice {
  readonly id: string
  readonly kind: string
  /** Undefined lets the service make one. */
  readonly secret: string | undefined
  /** Give an existing device another secret rather than give up. */
  readonly rotate: boolean
  /** How often it reports; undefined takes the usual of its kind. */
  readonly interval: DurationMs | undefined
}

export interface EnsuredDevice {
  readonly secret: string
  readonly registered: 'now' | 'before'
}

/**
 * Registers a device that is not there yet, and returns the secret to connect with.
 *
 * @throws Rejected('conflict') when it is there as another kind, or its secret is not known; the
 *   errors of {@link askService}.
 */
export async function ensureDevice(
  service: ServiceAddress,
  { id, kind, secret, rotate, interval }: WantedDevice,
): Promise<EnsuredDevice> {
  const found = await findKindOf(service, id)
  if (found === undefined) {
    const body = JSON.stringify({
      id,
      kind,
      ...(secret === undefined ? {} : { secret }),
      ...(interval === undefined ? {} : { reportingInterval_s: inSeconds(interval) }),
    })
    const answer = await askService(service, { method: 'POST', path: '/api/v1/devices', body })
    return { secret: toldSecret(id, answer, secret), registered: 'now' }
  }
  if (found !== kind) {
    throw new Rejected('conflict', `${id} is registered as a ${found}, not as a ${kind}`)
  }
  if (rotate) {
    return { secret: await rotateSecret(service, id, secret), registered: 'before' }
  }
  if (secret !== undefined) return { secret, registered: 'before' }
  throw new Rejected(
    'conflict',
    `${id} is registered already: give its secret with --secret, or have it changed with --rotate-secret`,
  )
}

/** A reporting interval as the registry takes it: a second to a month. */
export const inSeconds = (interval: DurationMs): number =>
  Math.max(1, Math.min(2_678_400, Math.round(interval / 1_000)))

async function findKindOf(service: ServiceAddress, id: string): Promise<string | undefined> {
  try {
    const path = `/api/v1/devices/${encodeURIComponent(id)}`
    const device = (await askService(service, { method: 'GET', path })) as { kind: string }
    return device.kind
  } catch (error) {
    if (error instanceof Rejected && error.code === 'not-found') return undefined
    throw error
  }
}
