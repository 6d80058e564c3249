/** What a file system answers where a file cannot be written or read; a socket never says these. */
const CODES = new Set([
  'EACCES',
  'EDQUOT',
  'EIO',
  'EISDIR',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
])

export const isFileError = (error: unknown): boolean =>
  CODES.has(String((error as NodeJS.ErrnoException | null)?.code))
