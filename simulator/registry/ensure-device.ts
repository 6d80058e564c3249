import { Rejected } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
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
    const answer = await post(service, '/api/v1/devices', {
      id,
      kind,
      ...(secret === undefined ? {} : { secret }),
      ...(interval === undefined ? {} : { reportingInterval_s: inSeconds(interval) }),
    })
    return { secret: secretOf(answer, secret), registered: 'now' }
  }
  if (found !== kind) {
    throw new Rejected('conflict', `${id} is registered as a ${found}, not as a ${kind}`)
  }
  if (rotate) {
    const path = `/api/v1/devices/${encodeURIComponent(id)}/secret`
    const answer = await post(service, path, secret ? { secret } : {})
    return { secret: secretOf(answer, secret), registered: 'before' }
  }
  if (secret !== undefined) return { secret, registered: 'before' }
  throw new Rejected(
    'conflict',
    `${id} is registered already: give its secret with --secret, or have it changed with --rotate-secret`,
  )
}

// The registry takes a second to a month.
const inSeconds = (interval: DurationMs): number =>
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

const post = (service: ServiceAddress, path: string, body: unknown): Promise<unknown> =>
  askService(service, { method: 'POST', path, body: JSON.stringify(body) })

function secretOf(answer: unknown, given: string | undefined): string {
  const secret = given ?? (answer as { secret?: string }).secret
  if (secret) return secret
  throw new Rejected('invalid-input', 'the service did not tell the secret it made')
}
