import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Rejected, Unavailable } from '#model/error.ts'
import type { Origin } from './connection-view.ts'

/** What every listener is given. */
export interface ListenerOptions {
  readonly host: string
  readonly port: number
  /** Counts a socket, or cuts it off. */
  readonly admit: (socket: Socket) => void
  readonly accept: (stream: Duplex, origin: Origin) => void
  /** A connection could not be accepted, for want of file descriptors as a rule. */
  readonly onAcceptFailed: (error: Error) => void
}

export interface Listener {
  /** The port it is bound to. */
  readonly port: number
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>
}

// A city's devices come back at once after an outage.
const BACKLOG = 4_096

/**
 * Binds the server.
 *
 * @throws Unavailable `port-in-use`, Rejected `bad-configuration` when the address cannot be had.
 */
export async function listen(
  server: NetServer,
  { host, port, onAcceptFailed }: ListenerOptions,
  setting: string,
): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      reject(listenError(error, host, port, setting))
    }
    server.once('error', fail)
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', fail)
      server.on('error', onAcceptFailed)
      resolve()
    })
  })
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

function listenError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): Error {
  const options = { detail: { setting, host, port }, cause: error }
  if (error.code === 'EADDRINUSE') {
    const sentence = `port ${port} is taken by another program: stop it, or set ${setting} to a free port`
    return new Unavailable('port-in-use', sentence, options)
  }
  const sentence = `cannot listen on ${host} port ${port} (${error.code}): see MQTT_HOST and ${setting}`
  return new Rejected('bad-configuration', sentence, options)
}
