import { Rejected } from '#model/error.ts'
import { type EnsuredDevices, ensureDevices } from '#simulator/registry/ensure-devices.ts'
import { readSecrets, writeSecrets } from '#simulator/registry/secret-file.ts'
import type { RecordingSurvey } from '#simulator/replay/survey-recording.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

/** What a command line says of the devices of a recording and their secrets. */
export interface SecretOptions {
  readonly secret?: string
  readonly secrets?: string
  readonly rotateSecret?: boolean
  readonly register: boolean
  readonly api?: string
  readonly token?: string
}

type Device = EnsuredDevices['devices'][number]

/**
 * The devices of a recording with their secrets; registered first, where they are not yet. New
 * secrets are added to the file of `--secrets`, or shown.
 *
 * @throws Rejected when a secret is not known; the errors of {@link ensureDevices}.
 */
export async function devicesOf(
  options: SecretOptions,
  kind: string,
  { devices }: RecordingSurvey,
  signal: AbortSignal,
): Promise<readonly Device[]> {
  const { secret, secrets: file, rotateSecret: rotate = false } = options
  const known = file === undefined ? new Map<string, string>() : await readSecrets(file)
  const secretOf = (id: string): string | undefined => secret ?? known.get(id)
  if (!options.register) return devices.map(({ id }) => ({ id, secret: given(id, secretOf(id)) }))
  if (devices.length === 0) return []
  const service = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  // What is to be changed is not to be what it was.
  const wanted = { kind, devices, rotate, secretOf: rotate ? () => secret : secretOf }
  const ensured = await ensureDevices(service, wanted, signal)
  const found = new Map(ensured.devices.map((device) => [device.id, device.secret]))
  if (file === undefined) tell(ensured.changed, found)
  else if (ensured.changed.length > 0) await writeSecrets(file, new Map([...known, ...found]))
  return ensured.devices
}

function given(id: string, secret: string | undefined): string {
  if (secret !== undefined) return secret
  throw new Rejected('invalid-input', `the secret of ${id} is not in the file of --secrets`)
}

const SHOWN = 20

function tell(changed: readonly string[], secrets: ReadonlyMap<string, string>): void {
  for (const id of changed.slice(0, SHOWN)) {
    console.error(`${id} has a new secret: ${secrets.get(id)}`)
  }
  const others = changed.length - SHOWN
  if (others > 0) console.error(`and ${others} others have new secrets; --secrets keeps them`)
}
