import { stringify } from 'csv-stringify/sync'
import { Rejected } from '#model/error.ts'
import type { DurationMs } from '#model/time.ts'
import { ensureDevice, inSeconds } from './ensure-device.ts'
import { importFile } from './import-file.ts'
import { registryItems } from './registry-pages.ts'
import { rotateSecrets } from './rotate-secrets.ts'
import type { ServiceAddress } from './service-client.ts'

export interface WantedDevices {
  readonly kind: string
  readonly devices: readonly WantedDevice[]
  /** What is known of their secrets; undefined lets the service make one. */
  readonly secretOf: (id: string) => string | undefined
  /** Give those that exist another secret rather than give up. */
  readonly rotate: boolean
}

interface WantedDevice {
  readonly id: string
  /** How often it reports; undefined takes the usual of its kind. */
  readonly interval: DurationMs | undefined
}

export interface EnsuredDevices {
  /** In the order in which they were wanted. */
  readonly devices: readonly { readonly id: string; readonly secret: string }[]
  /** Ids of those that have a secret nobody knew before. */
  readonly changed: readonly string[]
}

// Up to so many are asked for one by one: the list of all others is longer.
const FEW = 4
const DEVICES_PER_FILE = 2_000

/**
 * Registers the devices that are not there yet, many as a file, and returns the secrets to connect
 * with.
 *
 * @throws Rejected('conflict') when one is there as another kind or its secret is not known; what
 *   {@link importFile} throws.
 */
export async function ensureDevices(
  service: ServiceAddress,
  wanted: WantedDevices,
  signal?: AbortSignal,
): Promise<EnsuredDevices> {
  const { devices } = wanted
  const secrets =
    devices.length <= FEW
      ? await oneByOne(service, wanted)
      : await together(service, wanted, signal)
  return {
    devices: devices.map(({ id }) => ({ id, secret: secrets.get(id)?.secret as string })),
    changed: devices.map(({ id }) => id).filter((id) => secrets.get(id)?.changed),
  }
}

type Secrets = ReadonlyMap<string, { readonly secret: string; readonly changed: boolean }>

async function oneByOne(service: ServiceAddress, wanted: WantedDevices): Promise<Secrets> {
  const { kind, secretOf, rotate } = wanted
  const found = new Map<string, { secret: string; changed: boolean }>()
  for (const { id, interval } of wanted.devices) {
    const asked = { id, kind, secret: secretOf(id), rotate, interval }
    const ensured = await ensureDevice(service, asked)
    found.set(id, { secret: ensured.secret, changed: ensured.registered === 'now' || rotate })
  }
  return found
}

async function together(
  service: ServiceAddress,
  wanted: WantedDevices,
  signal?: AbortSignal,
): Promise<Secrets> {
  const { devices, secretOf, rotate } = wanted
  const there = await kindsOf(service, new Set(devices.map(({ id }) => id)), signal)
  const known = devices.filter(({ id }) => there.has(id)).map(({ id }) => id)
  refuseOthers(wanted, there, known)
  const found = new Map<string, { secret: string; changed: boolean }>()
  for (const [id, made] of await registerNew(service, wanted, there, signal)) {
    found.set(id, { secret: made, changed: true })
  }
  if (rotate) {
    for (const [id, made] of await rotateSecrets(service, known, secretOf, signal)) {
      found.set(id, { secret: made, changed: true })
    }
  } else {
    for (const id of known) found.set(id, { secret: secretOf(id) as string, changed: false })
  }
  return found
}

/** Nothing is changed before it is clear that all of them can be had. */
function refuseOthers(
  { kind, secretOf, rotate }: WantedDevices,
  there: ReadonlyMap<string, string>,
  known: readonly string[],
): void {
  const other = known.find((id) => there.get(id) !== kind)
  if (other !== undefined) {
    const is = there.get(other) ?? ''
    throw new Rejected('conflict', `${other} is registered as a ${is}, not as a ${kind}`)
  }
  const unknown = rotate ? [] : known.filter((id) => secretOf(id) === undefined)
  if (unknown.length === 0) return
  throw new Rejected(
    'conflict',
    `${unknown.length} devices are registered already, such as ${unknown[0]}: give their secret with --secret or --secrets, or have them changed with --rotate-secret`,
  )
}

async function kindsOf(
  service: ServiceAddress,
  ids: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const kinds = new Map<string, string>()
  const all = registryItems<{ id: string; kind: string }>(service, '/api/v1/devices', signal)
  for await (const { id, kind } of all) if (ids.has(id)) kinds.set(id, kind)
  return kinds
}

async function registerNew(
  service: ServiceAddress,
  { kind, devices, secretOf }: WantedDevices,
  there: ReadonlyMap<string, string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>()
  const fresh = devices.filter(({ id }) => !there.has(id))
  for (let from = 0; from < fresh.length; from += DEVICES_PER_FILE) {
    const some = fresh.slice(from, from + DEVICES_PER_FILE)
    const rows = some.map(({ id, interval }) => ({
      id,
      kind,
      reportingInterval_s: interval === undefined ? undefined : inSeconds(interval),
      secret: secretOf(id),
    }))
    const body = stringify(rows, { header: true })
    const file = { what: 'devices', contentType: 'text/csv', body } as const
    const report = await importFile(service, file, signal)
    for (const made of report.secrets) secrets.set(made.id, made.secret)
    for (const { id, secret } of rows) if (secret !== undefined) secrets.set(id, secret)
    const untold = some.find(({ id }) => !secrets.has(id))
    if (untold) {
      throw new Rejected('invalid-input', `the service did not tell the secret of ${untold.id}`)
    }
  }
  return secrets
}
