import type { AttachmentMedia } from '#model/attachment.ts'
import { Problem, type ProblemDocument } from '#web/src/api/problem.ts'
import { session } from '#web/src/session/session.ts'
import type { DraftPhoto } from './draft.ts'

/** What a file is by its name, where the phone does not say. */
const BY_ENDING: Readonly<Record<string, AttachmentMedia>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
}

const mediaOf = ({ mediaType, name }: DraftPhoto): string =>
  mediaType === ''
    ? (BY_ENDING[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream')
    : mediaType

interface Sent {
  readonly status: number
  readonly body: unknown
}

/** `fetch` does not tell how much of a body is out; the older way does. */
function post(
  address: string,
  photo: DraftPhoto,
  bytes: Blob,
  tell: (share: number) => void,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.responseType = 'json'
    request.setRequestHeader('content-type', mediaOf(photo))
    if (session.csrf !== null) request.setRequestHeader('x-csrf-token', session.csrf)
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      tell(total > 0 ? loaded / total : 0)
    })
    request.addEventListener('load', () => {
      resolve({ status: request.status, body: request.response as unknown })
    })
    const lose = (): void => reject(new Problem({ code: 'unreachable', status: 0 }))
    request.addEventListener('error', lose)
    request.addEventListener('timeout', lose)
    request.send(bytes)
  })
}

/**
 * Uploads a photo and answers the id of the attachment. When the session has ended whoever sits there
 * signs in again first. @throws Problem
 */
export async function uploadPhoto(
  photo: DraftPhoto,
  bytes: Blob,
  tell: (share: number) => void,
): Promise<string> {
  const query = new URLSearchParams({ name: photo.name.slice(-255), shotAt: photo.shotAt })
  const address = `/api/v1/attachments?${query}`
  await session.confirm()
  let { status, body } = await post(address, photo, bytes, tell)
  if (status === 401) {
    await session.signInAgain()
    ;({ status, body } = await post(address, photo, bytes, tell))
  }
  if (status === 201) return (body as { readonly id: string }).id
  const told = body as ProblemDocument | null
  throw new Problem(told?.code === undefined ? { code: 'unreachable', status } : told)
}
