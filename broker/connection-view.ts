import { formatInstant } from '#model/time.ts'
import type { Connection } from './connection.ts'

/** Where a connection comes from. */
export interface Origin {
  readonly listener: 'tcp' | 'tls' | 'ws'
  readonly address: string
  /** Of the other side: behind a carrier NAT it tells one subscriber from another. */
  readonly port: number
  /** Common name of a client certificate our authority signed. */
  readonly certificateName: string | undefined
}

/** One connection as it is shown. */
export interface ConnectionView {
  /** By which the log knows it. */
  readonly id: string
  readonly deviceId: string
  readonly listener: Origin['listener']
  readonly address: string
  readonly port: number
  /** RFC 3339. */
  readonly connectedAt: string
  /** Messages that wait for their commit. */
  readonly inFlight: number
  /** Too much of it waits: it is not read for now. */
  readonly isStopped: boolean
}

/** Shows a connection as it is now. */
export const viewOf = (
  { id, deviceId, origin, openedAt }: Pick<Connection, 'id' | 'deviceId' | 'origin' | 'openedAt'>,
  now: Pick<ConnectionView, 'inFlight' | 'isStopped'>,
): ConnectionView => ({
  id,
  deviceId,
  listener: origin.listener,
  address: origin.address,
  port: origin.port,
  connectedAt: formatInstant(openedAt),
  ...now,
})
