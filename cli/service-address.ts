import { Rejected } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import { readAdminToken } from './admin-token.ts'

/** Where the service is when nobody says otherwise: on this machine, on the configured port. */
export const defaultApiUrl = (): string => `http://127.0.0.1:${readConfig(process.env).http.port}`

export const defaultMqttUrl = (): string => `mqtt://127.0.0.1:${readConfig(process.env).mqtt.port}`

/**
 * The service and a token for it: the one given, or `ADMIN_TOKEN`, or the one the service on this
 * machine keeps in its data directory.
 *
 * @throws Rejected('invalid-input') when the URL is none, 'unauthorized' when there is no token.
 */
export async function serviceAddress(
  url: string,
  given: string | undefined,
): Promise<ServiceAddress> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Rejected('invalid-input', `not the address of an HTTP API: ${url}`)
  }
  const { http, store } = readConfig(process.env)
  const token = given ?? http.adminToken ?? (await readAdminToken(store.dataDir))
  if (token !== undefined) return { url, token }
  throw new Rejected(
    'unauthorized',
    `no token: give --token, set ADMIN_TOKEN, or run where the service keeps its own (${store.dataDir})`,
  )
}
