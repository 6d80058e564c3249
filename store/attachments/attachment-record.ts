import type { Attachment, AttachmentMedia } from '#model/attachment.ts'
import type { CaseStage } from '#model/case-state.ts'
import type { EpochMs } from '#model/time.ts'
import { placeOfRow } from '#store/registry/device-record.ts'

/** A row of the table `attachment`. */
export interface AttachmentRow {
  readonly id: string
  readonly sha256: Buffer
  readonly media_type: AttachmentMedia
  readonly size_bytes: number
  readonly original_name: string | null
  readonly account_id: string | null
  readonly device_id: string | null
  readonly uploader_name: string
  readonly uploaded_at: EpochMs
  readonly shot_at: EpochMs | null
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly stage: CaseStage | null
  readonly case_id: string | null
}

export const ATTACHMENT_COLUMNS =
  'id, sha256, media_type, size_bytes, original_name, account_id, device_id, uploader_name, ' +
  'uploaded_at, shot_at, lon_deg, lat_deg, stage, case_id'

export const toAttachment = (row: AttachmentRow): Attachment => ({
  id: row.id,
  sha256: row.sha256.toString('hex'),
  mediaType: row.media_type,
  size_bytes: row.size_bytes,
  originalName: row.original_name,
  uploadedBy: {
    accountId: row.account_id,
    deviceId: row.device_id,
    name: row.uploader_name,
  },
  uploadedAt: row.uploaded_at,
  shotAt: row.shot_at,
  place: placeOfRow(row),
  stage: row.stage,
  caseId: row.case_id,
})
