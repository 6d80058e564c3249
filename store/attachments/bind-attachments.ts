import type { Attachment, Uploader } from '#model/attachment.ts'
import type { CaseStage } from '#model/case-state.ts'
import { Rejected } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { ATTACHMENT_COLUMNS, type AttachmentRow, toAttachment } from './attachment-record.ts'

export interface Binding {
  readonly caseId: string
  readonly ids: readonly string[]
  readonly stage: CaseStage
  /** Who brings them: only what this account or this device has uploaded can be bound. */
  readonly by: Pick<Uploader, 'accountId' | 'deviceId'>
  readonly at: EpochMs
}

/**
 * Makes uploads attachments of a case, within the transaction of whatever changes the case. One that
 * is bound to this case already stays as it is, so that a repeat changes nothing.
 *
 * @returns them in the order of their ids
 * @throws Rejected('invalid-input') for what was never uploaded, was given up or is of somebody
 *   else; Rejected('conflict') for what proves another case. Then nothing is bound.
 */
export async function bindAttachments(
  client: Session,
  { caseId, ids, stage, by, at }: Binding,
): Promise<readonly Attachment[]> {
  if (ids.length === 0) return []
  // In one order whoever binds, so that two never wait for each other.
  const rows = await query<AttachmentRow>(
    client,
    `select ${ATTACHMENT_COLUMNS} from attachment where id = any($1::uuid[])
     order by id for update`,
    [ids],
  )
  const found = new Map(rows.map(toAttachment).map((attachment) => [attachment.id, attachment]))
  for (const id of ids) refuseForeign(id, found.get(id.toLowerCase()), caseId, by)
  const bound = await query<AttachmentRow>(
    client,
    `update attachment set case_id = $2, stage = $3, bound_at = $4
     where id = any($1::uuid[]) and case_id is null returning ${ATTACHMENT_COLUMNS}`,
    [ids, caseId, stage, formatTimestamp(at)],
  )
  for (const attachment of bound.map(toAttachment)) found.set(attachment.id, attachment)
  return [...found.values()]
}

function refuseForeign(
  id: string,
  attachment: Attachment | undefined,
  caseId: string,
  by: Binding['by'],
): void {
  if (attachment?.caseId === caseId) return
  // What somebody else has uploaded is as good as unknown: nobody learns of it.
  if (!attachment || !isOf(attachment, by)) {
    throw new Rejected('invalid-input', `you have uploaded no attachment ${id}`)
  }
  if (attachment.caseId !== null) {
    throw new Rejected('conflict', `the attachment ${id} proves another case`)
  }
}

function isOf({ uploadedBy }: Attachment, { accountId, deviceId }: Binding['by']): boolean {
  if (uploadedBy.deviceId !== null) return uploadedBy.deviceId === deviceId
  return uploadedBy.accountId === accountId
}
