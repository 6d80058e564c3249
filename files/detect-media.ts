import { fileTypeFromBuffer } from 'file-type'
import {
  ATTACHMENT_MEDIA_TYPES,
  type AttachmentMedia,
  isAttachmentMedia,
} from '#model/attachment.ts'
import { Rejected } from '#model/error.ts'

/** So many bytes at the beginning of a file tell what it is. */
export const HEAD_BYTES = 4_100

/** Phones write one format under either name. */
const HEIC: readonly AttachmentMedia[] = ['image/heic', 'image/heif']

/**
 * What a file says it is.
 *
 * @throws Rejected('unsupported-media') for what may not be attached
 */
export function declaredMedia(contentType: string | undefined): AttachmentMedia {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (isAttachmentMedia(type)) return type
  const given = type === '' ? 'the upload has no content type' : `${type} cannot be attached`
  const advice = type.startsWith('multipart/') ? ' and the bytes of one file as the body' : ''
  throw new Rejected(
    'unsupported-media',
    `${given}: send one of ${ATTACHMENT_MEDIA_TYPES.join(', ')}${advice}`,
  )
}

/**
 * What a file is by its first bytes, which must be what it says it is.
 *
 * @throws Rejected('unsupported-media')
 */
export async function detectMedia(
  head: Uint8Array,
  declared: AttachmentMedia,
): Promise<AttachmentMedia> {
  const found = (await fileTypeFromBuffer(head))?.mime
  if (found === declared) return declared
  const isSame = HEIC.includes(declared) && HEIC.some((type) => type === found)
  if (isSame && found !== undefined && isAttachmentMedia(found)) return found
  const what = found === undefined ? 'nothing that can be attached' : found
  throw new Rejected(
    'unsupported-media',
    `the file was sent as ${declared}, but by its bytes it is ${what}`,
  )
}
