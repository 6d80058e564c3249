import type { Attachments } from '#api/routes/attachment-routes.ts'
import { AttachmentDesk } from '#files/attachment-desk.ts'
import { openFileStore } from '#files/open-file-store.ts'
import { sweep } from '#files/sweep.ts'
import { isUploader } from '#model/attachment.ts'
import type { Principal } from '#model/principal.ts'
import { days, hours } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import { createAttachmentRows } from '#store/attachments/attachment-rows.ts'
import { bindAttachments } from '#store/attachments/bind-attachments.ts'
import type { CaseDeskParts } from '#store/cases/case-desk.ts'
import type { Database } from '#store/database.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'

interface AttachmentPartsOptions {
  readonly config: Config['attachments']
  readonly dataDir: string
  readonly pool: Database['pool']
  readonly directory: DeviceDirectory
  /** Whether that case is one the principal may see. */
  readonly seesCase: (caseId: string, principal: Principal) => Promise<boolean>
  /** Checks the secret of a device that comes from an address, within the limits of the broker. */
  readonly checkSecret: Attachments['devices']['check']
  readonly clock: Clock
  readonly log: Logger
}

/** Attachments as the API needs them, and what ends the sweep that clears away the forgotten ones. */
export async function openAttachmentParts({
  config,
  dataDir,
  pool,
  directory,
  seesCase,
  checkSecret,
  clock,
  log,
}: AttachmentPartsOptions): Promise<{ attachments: Attachments; stop: () => Promise<void> }> {
  const files = await openFileStore(config, dataDir, log)
  const rows = createAttachmentRows(pool)
  const desk = new AttachmentDesk({ files, rows, limits: config, clock, log })
  const keepUnbound = days(config.unboundDays)
  const ending = new AbortController()
  const { signal } = ending
  const round = (): Promise<void> => sweep({ files, rows, keepUnbound, clock, log, signal })
  const stop = repeat('attachment sweep', hours(1), round, log, { atOnce: true })
  return {
    attachments: {
      upload: (file, pieces) => desk.upload(file, pieces),
      content: (attachment, range) => desk.content(attachment, range),
      find: (id) => rows.find(id),
      mayRead: async (attachment, principal) =>
        attachment.caseId === null
          ? isUploader(attachment, principal)
          : seesCase(attachment.caseId, principal),
      devices: {
        find: (id) => directory.find(id),
        check: checkSecret,
      },
    },
    async stop() {
      ending.abort()
      await stop()
    },
  }
}

/** Binds what an account, or the terminal it carries, has uploaded to a case. */
export const bindUploads =
  (terminalOf: (accountId: string) => string | null): CaseDeskParts['bind'] =>
  (session, { accountId, ...binding }) =>
    bindAttachments(session, {
      ...binding,
      by: { accountId, deviceId: accountId === null ? null : terminalOf(accountId) },
    })
