import { Rejected } from '#model/error.ts'
import { askService, type ServiceAddress } from '#simulator/registry/service-client.ts'
import { type Message, reasonLine } from './quarantine-message.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface ReplayOptions {
  readonly api?: string
  readonly token?: string
  readonly reason?: string
  readonly device?: string
  readonly all?: boolean
}

/** Runs messages again: those named, or those that wait and fit. */
export async function replay(ids: readonly string[], options: ReplayOptions): Promise<void> {
  const { reason, device, all = false } = options
  const filtered = reason !== undefined || device !== undefined || all
  if ((ids.length === 0) !== filtered) {
    throw new Rejected('invalid-input', 'say which: ids, or --reason, --device or --all')
  }
  const service = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  const refused = filtered
    ? await replayWaiting(service, { reason, deviceId: device })
    : await replayEach(service, ids)
  if (refused > 0) process.exitCode = 1
}

/** @returns how many were refused again */
async function replayEach(service: ServiceAddress, ids: readonly string[]): Promise<number> {
  let refused = 0
  for (const id of ids) {
    const path = `/api/v1/quarantine/${encodeURIComponent(id)}/replay`
    const message = (await askService(service, { method: 'POST', path })) as Message
    if (message.resolvedAt !== null) {
      console.log(`${id}  passed`)
      continue
    }
    refused += 1
    console.log(`${id}  refused again: ${message.reasons.map(reasonLine).join('; ')}`)
  }
  return refused
}

/** @returns how many were refused again */
async function replayWaiting(
  service: ServiceAddress,
  filter: { readonly reason: string | undefined; readonly deviceId: string | undefined },
): Promise<number> {
  let [resolved, refused, after]: [number, number, string | null] = [0, 0, null]
  do {
    const body = JSON.stringify({ ...filter, ...(after === null ? {} : { after }) })
    const path = '/api/v1/quarantine/replay'
    const report = (await askService(service, { method: 'POST', path, body })) as {
      readonly resolved: number
      readonly refused: number
      readonly next: string | null
    }
    resolved += report.resolved
    refused += report.refused
    after = report.next
    if (after !== null) console.error(`${resolved + refused} run again`)
  } while (after !== null)
  console.log(
    `${resolved + refused} messages run again: ${resolved} passed, ${refused} refused again.`,
  )
  return refused
}
