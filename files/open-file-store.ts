import path from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { DiskStore } from './disk-store.ts'
import type { FileStore } from './ports.ts'
import { type S3Options, S3Store } from './s3-store.ts'

/**
 * Where the files of attachments are kept: in the bucket that is configured, else in a folder.
 *
 * @throws Rejected('bad-configuration') when the storage is configured by halves,
 *   Rejected('data-directory') when the folder that is configured cannot be used. A storage that does
 *   not answer now, or a usual folder that cannot be made, is only warned of: devices report all the
 *   same, and it may be there when the first photo comes.
 */
export async function openFileStore(
  config: Config['attachments'],
  dataDir: string,
  log: Logger,
): Promise<FileStore> {
  const s3 = s3Options(config)
  if (!s3) {
    if (config.dir !== null) return await checked(new DiskStore(config.dir))
    return await warnedOf(new DiskStore(path.join(dataDir, 'attachments')), log)
  }
  return await warnedOf(new S3Store(s3), log)
}

async function checked(store: FileStore): Promise<FileStore> {
  await store.check()
  return store
}

const warnedOf = (store: FileStore, log: Logger): Promise<FileStore> =>
  checked(store).catch((error: unknown) => {
    log.warn({ reason: messageOf(error) }, 'attachments cannot be kept for now')
    return store
  })

function s3Options(config: Config['attachments']): S3Options | undefined {
  const needed = {
    ATTACHMENTS_S3_ENDPOINT: config.s3Endpoint,
    ATTACHMENTS_S3_BUCKET: config.s3Bucket,
    ATTACHMENTS_S3_ACCESS_KEY_ID: config.s3AccessKeyId,
    ATTACHMENTS_S3_SECRET_ACCESS_KEY: config.s3SecretAccessKey,
  }
  const names = Object.entries(needed)
  const missing = names.filter(([, value]) => value === null).map(([name]) => name)
  if (missing.length === names.length) return undefined
  const { s3Endpoint, s3Bucket, s3Region, s3AccessKeyId, s3SecretAccessKey } = config
  if (!s3Endpoint || !s3Bucket || !s3AccessKeyId || !s3SecretAccessKey) {
    const sentence = `the storage of attachments also needs ${missing.join(', ')}`
    throw new Rejected('bad-configuration', sentence, { detail: { faults: missing } })
  }
  if (!/^https?:\/\//.test(s3Endpoint) || !URL.canParse(s3Endpoint)) {
    throw new Rejected('bad-configuration', 'ATTACHMENTS_S3_ENDPOINT is no URL of http or https')
  }
  return {
    endpoint: s3Endpoint,
    bucket: s3Bucket,
    region: s3Region,
    accessKeyId: s3AccessKeyId,
    secretAccessKey: s3SecretAccessKey,
  }
}
