import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { ATTACHMENT_MEDIA_TYPES, type Attachment } from '#model/attachment.ts'
import { CASE_STAGES } from '#model/case-state.ts'
import { formatInstant } from '#model/time.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

export const AttachmentView = Type.Object(
  {
    id: Type.String(),
    sha256: Type.String({ description: 'Of the bytes, in hexadecimal digits.' }),
    mediaType: Type.Enum([...ATTACHMENT_MEDIA_TYPES]),
    size_bytes: Type.Integer(),
    originalName: nullable(Type.String()),
    uploadedBy: Type.Object({
      accountId: nullable(Type.String()),
      deviceId: nullable(Type.String({ description: 'The terminal that sent it.' })),
      name: Type.String(),
    }),
    uploadedAt: Instant,
    shotAt: nullable(Instant),
    place: nullable(refTo(PlaceView)),
    stage: nullable(
      Type.Enum([...CASE_STAGES], { description: 'At which stage it came to its case.' }),
    ),
    caseId: nullable(Type.String({ description: 'Null until a case has taken it up.' })),
  },
  { $id: 'Attachment' },
)
export type AttachmentView = Static<typeof AttachmentView>

export const showAttachment = (attachment: Attachment): AttachmentView => ({
  ...attachment,
  uploadedBy: { ...attachment.uploadedBy },
  uploadedAt: formatInstant(attachment.uploadedAt),
  shotAt: showInstant(attachment.shotAt),
  place: attachment.place && { ...attachment.place },
})
