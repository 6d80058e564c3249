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
