import { messageOf } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Connection } from './connection.ts'
import type { CredentialCheck, Verdict } from './credential-check.ts'
import { CONNACK_CODES, type ConnackCode } from './packet-types.ts'
import type { DeviceDirectory } from './ports.ts'

export interface AdmissionOptions {
  readonly directory: DeviceDirectory
  readonly credentials: CredentialCheck
  readonly log: Logger
}

/** Who a client is: a device by name, or refused with a code. */
export type Admission = { readonly deviceId: string } | { readonly code: ConnackCode }

// An unknown device hears the same as one with a wrong secret: ids are printed on devices, and
// nobody has to learn which of them are registered.
export const CODES: Readonly<Record<Exclude<Verdict, 'accepted'>, ConnackCode>> = {
  unknown: CONNACK_CODES.credentials,
  wrong: CONNACK_CODES.credentials,
  disabled: CONNACK_CODES.unauthorized,
  busy: CONNACK_CODES.unavailable,
  'held-back': CONNACK_CODES.unavailable,
}

/** By its certificate if our authority signed one, else by user name and password. */
export async function admit(
  { origin }: Connection,
  username: string | undefined,
  password: Buffer | undefined,
  { directory, credentials, log }: AdmissionOptions,
): Promise<Admission> {
  try {
    if (origin.certificateName !== undefined) {
      return admitByCertificate(origin.certificateName, username, directory)
    }
    if (username === undefined || password === undefined) {
      return { code: CONNACK_CODES.credentials }
    }
    const verdict = await credentials.check(username, password, origin.address)
    return verdict === 'accepted' ? { deviceId: username } : { code: CODES[verdict] }
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'a device could not be checked')
    return { code: CONNACK_CODES.unavailable }
  }
}

function admitByCertificate(
  name: string,
  username: string | undefined,
  directory: DeviceDirectory,
): Admission {
  const isItself = username === undefined || username === '' || username === name
  const isLetIn = isItself && directory.credential(name)?.enabled === true
  return isLetIn ? { deviceId: name } : { code: CONNACK_CODES.unauthorized }
}
