import type { CaseStage } from './case-state.ts'
import type { Place } from './place.ts'
import type { Principal } from './principal.ts'
import type { EpochMs } from './time.ts'

interface MediaFacts {
  readonly extension: string
  /** Which of the two limits holds for it. */
  readonly limit: 'photo' | 'file'
  /** Nothing in it can run, so that a browser may show it in place. */
  readonly isShown: boolean
}

/** What may be attached to a case, by media type. */
export const ATTACHMENT_MEDIA = {
  'image/jpeg': { extension: 'jpg', limit: 'photo', isShown: true },
  'image/png': { extension: 'png', limit: 'photo', isShown: true },
  'image/webp': { extension: 'webp', limit: 'photo', isShown: true },
  'image/heic': { extension: 'heic', limit: 'photo', isShown: true },
  'image/heif': { extension: 'heif', limit: 'photo', isShown: true },
  'application/pdf': { extension: 'pdf', limit: 'file', isShown: false },
  'video/mp4': { extension: 'mp4', limit: 'file', isShown: true },
} as const satisfies Readonly<Record<string, MediaFacts>>
export type AttachmentMedia = keyof typeof ATTACHMENT_MEDIA

export const ATTACHMENT_MEDIA_TYPES = Object.keys(ATTACHMENT_MEDIA) as readonly AttachmentMedia[]

export const isAttachmentMedia = (type: string): type is AttachmentMedia =>
  Object.hasOwn(ATTACHMENT_MEDIA, type)

/** Who sent a file: an account, a terminal, or (neither) the holder of the admin token. */
export interface Uploader {
  readonly accountId: string | null
  readonly deviceId: string | null
  readonly name: string
}

/** A photo or document that proves something about a case. Its bytes never change. */
export interface Attachment {
  /** UUID. */
  readonly id: string
  /** Of the bytes, in small hexadecimal digits. */
  readonly sha256: string
  readonly mediaType: AttachmentMedia
  readonly size_bytes: number
  /** As the sender called it, without folders; null where it had no name. */
  readonly originalName: string | null
  readonly uploadedBy: Uploader
  readonly uploadedAt: EpochMs
  readonly shotAt: EpochMs | null
  /** Where it was shot. WGS-84. */
  readonly place: Place | null
  /** At which stage it came to its case; null until then. */
  readonly stage: CaseStage | null
  /** Null until a case is bound to it. */
  readonly caseId: string | null
}

/** Whether somebody sent it with an account of their own. */
export const isUploader = (
  { uploadedBy }: Pick<Attachment, 'uploadedBy'>,
  { accountId }: Pick<Principal, 'accountId'>,
): boolean => uploadedBy.deviceId === null && uploadedBy.accountId === accountId

/** What the bytes are called when they are saved: never without the ending of what they are. */
export function attachmentFileName({
  id,
  mediaType,
  originalName,
}: Pick<Attachment, 'id' | 'mediaType' | 'originalName'>): string {
  const ending = `.${ATTACHMENT_MEDIA[mediaType].extension}`
  const name = originalName ?? id
  return name.toLowerCase().endsWith(ending) ? name : `${name}${ending}`
}
