import { readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { openAttachmentParts } from '#cli/service/attachment-parts.ts'
import type { Principal } from '#model/principal.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { verifySecret } from '#runtime/secret.ts'
import { query } from '#store/query.ts'
import { FakeS3 } from '#tests/files/fake-s3.ts'
import { openRegistry } from '#tests/registry/registry-fixture.ts'
import { credentialCheck } from '#tests/support/credential-check.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import { openTestApi, TOKEN } from './api-fixture.ts'

export const ATTACHMENTS = '/api/v1/attachments'
export const PHOTO_LIMIT_BYTES = 6 * 1_024 * 1_024

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** Of `terminal-1`, whose own places are in GCJ-02. */
export const AS_TERMINAL = basic('terminal-1', 'its:secret')

/** The API with attachments in a folder or a bucket, listening, and devices of several kinds. */
export async function openAttachmentHouse(storage: 'a folder' | 'a bucket') {
  const registry = await openRegistry()
  const terminal = { kind: 'patrol-terminal', coordinateSystem: 'gcj02' } as const
  const own = { id: 'terminal-1', label: '王五', secret: 'its:secret' }
  await registry.devices.create({ ...own, ...terminal })
  await registry.devices.create({ id: 'asleep', secret: 'secret', enabled: false, ...terminal })
  await registry.devices.create({ id: 'cover-1', kind: 'manhole-cover', secret: 'secret' })
  const folder = await scratchFolder()
  const s3 = await new FakeS3().open()
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3.options
  const { attachments: config } = readConfig({
    ATTACHMENTS_PHOTO_LIMIT_BYTES: String(PHOTO_LIMIT_BYTES),
    ATTACHMENTS_FILE_LIMIT_BYTES: String(2 * PHOTO_LIMIT_BYTES),
    ATTACHMENTS_DIR: folder.path,
    ...(storage === 'a bucket'
      ? {
          ATTACHMENTS_S3_ENDPOINT: endpoint,
          ATTACHMENTS_S3_BUCKET: bucket,
          ATTACHMENTS_S3_REGION: region,
          ATTACHMENTS_S3_ACCESS_KEY_ID: accessKeyId,
          ATTACHMENTS_S3_SECRET_ACCESS_KEY: secretAccessKey,
        }
      : {}),
  })
  const sees = {
    asked: [] as { readonly caseId: string; readonly principal: Principal }[],
    answer: true,
  }
  const { pool, directory } = registry
  const { check } = credentialCheck({ directory, verify: verifySecret })
  const parts = await openAttachmentParts({
    config,
    dataDir: folder.path,
    pool,
    directory,
    seesCase: async (caseId, principal) => {
      sees.asked.push({ caseId, principal })
      return Promise.resolve(sees.answer)
    },
    checkSecret: (id, secret, address) => check.check(id, secret, address),
    clock: systemClock,
    log: silentLogger,
  })
  const api = await openTestApi({ attachments: parts.attachments })
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 })

  return {
    api,
    pool,
    directory,
    s3,
    folder: folder.path,
    /** Who was asked whether they see a case, and what they are told. */
    sees,
    url,
    upload: (
      type: string,
      body: Buffer | undefined,
      { search = '', authorization = `Bearer ${TOKEN}` } = {},
    ) =>
      api.call('POST', `${ATTACHMENTS}${search}`, body, {
        ...(type === '' ? {} : { 'content-type': type }),
        authorization,
      }),
    /** An upload of which nobody says beforehand how long it is. */
    stream: (type: string, body: Buffer) =>
      fetch(`${url}${ATTACHMENTS}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
        body: new Blob([new Uint8Array(body)]).stream(),
        duplex: 'half',
      }),
    async content(id: string, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}${ATTACHMENTS}/${id}/content`, {
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, headers: response.headers, bytes }
    },
    /** Keys or names of the files that are kept. */
    kept: (): readonly string[] =>
      storage === 'a bucket'
        ? [...s3.objects.keys(), ...s3.uploads.keys()]
        : readdirSync(folder.path, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map(({ name }) => name),
    /** Rows about attachments and files of any kind. */
    async rows(): Promise<number> {
      const counts = await query<{ readonly count: number }>(
        pool,
        'select count(*) from attachment union all select count(*) from loose_file',
      )
      return counts.reduce((sum, { count }) => sum + count, 0)
    },
    async empty(): Promise<void> {
      await query(pool, 'truncate attachment, loose_file')
      await rm(folder.path, { recursive: true, force: true })
      await mkdir(folder.path)
      s3.objects.clear()
      s3.uploads.clear()
    },
    async close() {
      // Those of a client that keeps its connections are not waited for.
      api.app.server.closeAllConnections()
      await api.close()
      await parts.stop()
      await s3.close()
      await registry.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export type AttachmentHouse = Awaited<ReturnType<typeof openAttachmentHouse>>
