import { messageOf, Rejected, Unavailable } from '#model/error.ts'

/** Why HTTP cannot listen, and what to do about it. */
export function listenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): Error {
  const { code } = error as NodeJS.ErrnoException
  const detail = { host, port }
  if (code === 'EADDRINUSE') {
    const sentence = `port ${port} of HTTP_PORT is in use: stop what listens there, or set another`
    return new Unavailable('port-in-use', sentence, { detail, cause: error })
  }
  const sentence = `HTTP cannot listen on ${host} port ${port}: ${messageOf(error)}`
  return new Rejected('bad-configuration', sentence, { detail, cause: error })
}
