import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Device } from '#model/device.ts'
import { Rejected, Unavailable } from '#model/error.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Devices may call the route with their own secret, which it then has to check itself. */
    letsDevicesIn?: true
  }
  interface FastifyRequest {
    /** The device that asks; null where an account or a program does. */
    device: Device | null
  }
}

/** What is needed to know a device by its secret. */
export interface DeviceCheck {
  find(id: string): Device | undefined
  check(
    id: string,
    secret: Buffer,
    address: string,
  ): Promise<'accepted' | 'unknown' | 'wrong' | 'disabled' | 'busy' | 'held-back'>
}

const basicOf = ({ headers }: Pick<FastifyRequest, 'headers'>): Buffer | undefined => {
  const [, pair] = /^basic +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return pair === undefined ? undefined : Buffer.from(pair, 'base64')
}

/** Whether a request shows the secret of a device on a route that lets devices in. */
export const comesAsDevice = (request: FastifyRequest): boolean =>
  request.routeOptions.config?.letsDevicesIn === true && basicOf(request) !== undefined

/**
 * The device that shows its id and secret by HTTP Basic; undefined when the request has none.
 *
 * @throws Rejected('unauthorized', 'forbidden'), Unavailable('not-ready')
 */
export async function deviceOf(
  request: FastifyRequest,
  reply: FastifyReply,
  devices: DeviceCheck,
): Promise<Device | undefined> {
  const pair = basicOf(request)
  if (pair === undefined) return undefined
  const colon = pair.indexOf(':')
  const id = pair.subarray(0, Math.max(colon, 0)).toString()
  const verdict =
    colon < 0 ? 'wrong' : await devices.check(id, pair.subarray(colon + 1), request.ip)
  if (verdict === 'busy' || verdict === 'held-back') {
    throw new Unavailable('not-ready', 'too many secrets are tried: try again later')
  }
  if (verdict === 'disabled') throw new Rejected('forbidden', `the device ${id} is disabled`)
  const device = devices.find(id)
  // Which devices are registered is told to nobody who has not the secret.
  if (verdict === 'accepted' && device) return device
  void reply.header('www-authenticate', 'Basic realm="Wanmi devices", charset="UTF-8"')
  throw new Rejected('unauthorized', 'there is no device of that id and secret')
}
