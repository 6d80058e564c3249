import { integer, optionalPath, optionalText, text } from '#runtime/setting.ts'

const MIB = 1_024 * 1_024
const limit = { unit: 'bytes', min: 1_024, max: 4_096 * MIB } as const

/** Photos and documents of cases, and where their bytes are kept. */
export const ATTACHMENT_SETTINGS = {
  photoLimitBytes: integer(
    'ATTACHMENTS_PHOTO_LIMIT_BYTES',
    16 * MIB,
    'Largest photo that may be uploaded.',
    limit,
  ),
  fileLimitBytes: integer(
    'ATTACHMENTS_FILE_LIMIT_BYTES',
    128 * MIB,
    'Largest PDF or MP4 that may be uploaded.',
    limit,
  ),
  unboundDays: integer(
    'ATTACHMENTS_UNBOUND_DAYS',
    7,
    'An upload that no case has taken up after so many days is removed.',
    { unit: 'days', min: 1, max: 3_650 },
  ),
  dir: optionalPath(
    'ATTACHMENTS_DIR',
    'Folder of the bytes of attachments; unset, DATA_DIR/attachments.',
  ),
  s3Endpoint: optionalText(
    'ATTACHMENTS_S3_ENDPOINT',
    'URL of an S3-compatible storage, without the bucket; set, attachments are kept there and not in a folder.',
    { consequence: 'Attachments that are in the folder already are not moved.' },
  ),
  s3Bucket: optionalText('ATTACHMENTS_S3_BUCKET', 'The bucket. It must exist.'),
  s3Region: text('ATTACHMENTS_S3_REGION', 'us-east-1', 'Region that requests are signed for.'),
  s3AccessKeyId: optionalText('ATTACHMENTS_S3_ACCESS_KEY_ID', 'Key id for the storage.', {
    secret: true,
  }),
  s3SecretAccessKey: optionalText('ATTACHMENTS_S3_SECRET_ACCESS_KEY', 'The secret of that key.', {
    secret: true,
  }),
} as const
