import type { Pool } from 'pg'
import type { Attachment } from '#model/attachment.ts'
import type { EpochMs } from '#model/time.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { ATTACHMENT_COLUMNS, type AttachmentRow, toAttachment } from './attachment-record.ts'

const instant = (at: EpochMs | null): string | null => (at === null ? null : formatTimestamp(at))

/**
 * What is known of attachments. Before a file is begun it is noted as loose, and the note goes with
 * the commit of its attachment: whenever a crash comes, every file has a row that leads to it.
 */
export function createAttachmentRows(pool: Pool) {
  return {
    /** A file of that id may exist from now on. */
    async begin(id: string, at: EpochMs): Promise<void> {
      await query(pool, 'insert into loose_file (id, since) values ($1, $2)', [
        id,
        formatTimestamp(at),
      ])
    },

    /** The file is whole: its attachment stands for it. False when it was given up meanwhile. */
    async add(attachment: Attachment): Promise<boolean> {
      const { id, uploadedBy, place } = attachment
      const added = await query(
        pool,
        `with settled as (delete from loose_file where id = $1 returning id)
         insert into attachment (${ATTACHMENT_COLUMNS})
         select id, $2::bytea, $3::text, $4::bigint, $5::text, $6::uuid, $7::text, $8::text,
           $9::timestamptz, $10::timestamptz, $11::float8, $12::float8, null, null
         from settled returning id`,
        [
          id,
          Buffer.from(attachment.sha256, 'hex'),
          attachment.mediaType,
          attachment.size_bytes,
          attachment.originalName,
          uploadedBy.accountId,
          uploadedBy.deviceId,
          uploadedBy.name,
          formatTimestamp(attachment.uploadedAt),
          instant(attachment.shotAt),
          place?.lon_deg ?? null,
          place?.lat_deg ?? null,
        ],
      )
      return added.length > 0
    },

    /** These files are gone. */
    async forget(ids: readonly string[]): Promise<void> {
      await query(pool, 'delete from loose_file where id = any($1::uuid[])', [ids])
    },

    async find(id: string): Promise<Attachment | undefined> {
      const [row] = await query<AttachmentRow>(
        pool,
        `select ${ATTACHMENT_COLUMNS} from attachment where id = $1`,
        [id],
      )
      return row && toAttachment(row)
    },

    /** Those of some cases, each in the order in which they were uploaded. */
    async ofCases(caseIds: readonly string[]): Promise<readonly Attachment[]> {
      const rows = await query<AttachmentRow>(
        pool,
        `select ${ATTACHMENT_COLUMNS} from attachment
         where case_id = any($1::uuid[]) order by case_id, id`,
        [caseIds],
      )
      return rows.map(toAttachment)
    },

    /** Files that have been loose since before then, the oldest first. */
    async looseSince(before: EpochMs, limit: number): Promise<readonly string[]> {
      const rows = await query<{ readonly id: string }>(
        pool,
        'select id from loose_file where since < $1 order by since, id limit $2',
        [formatTimestamp(before), limit],
      )
      return rows.map(({ id }) => id)
    },

    /**
     * Gives up attachments from before then that no case has taken up: their files are loose.
     *
     * @returns how many
     */
    async giveUp(before: EpochMs, limit: number): Promise<number> {
      const rows = await query(
        pool,
        `with gone as (
           delete from attachment where case_id is null and id in (
             select id from attachment where case_id is null and uploaded_at < $1
             order by uploaded_at, id limit $2 for update skip locked)
           returning id, uploaded_at)
         insert into loose_file (id, since) select id, uploaded_at from gone returning id`,
        [formatTimestamp(before), limit],
      )
      return rows.length
    },
  }
}
