import { Problem, type ProblemDocument } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'
import { session } from '#web/src/session/session.ts'

export type ImportReport = components['schemas']['ImportReport']

export interface Upload {
  /** Below `/api/v1/imports/`. */
  readonly path: string
  readonly file: File
  /** From 0 to 1, as it is sent. */
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** As much of a file as tells in which signs it is written. */
const HEAD_BYTES = 262_144

/** A file that was changed since it was chosen can no longer be read. */
export class FileGone extends Error {
  override readonly name = 'FileGone'
}

/**
 * Sends a file and answers what the service found in it, also where it kept nothing of it.
 *
 * @throws Problem where the file as a whole was refused, FileGone
 */
export async function uploadFile(upload: Upload): Promise<ImportReport> {
  const type = await mediaTypeOf(upload.file)
  const { status, body } = await send(upload, type)
  if (status === 401 && !(await session.stands())) {
    await session.signInAgain()
    return uploadFile(upload)
  }
  const answer = (body ?? {}) as Partial<ImportReport> & ProblemDocument
  if (Array.isArray(answer.rows)) return answer as ImportReport
  throw new Problem('code' in answer ? answer : { code: 'unreachable', status })
}

/** Only what goes up by this can be seen going. */
function send(
  { path, file, onProgress, signal }: Upload,
  type: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const request = new XMLHttpRequest()
  return new Promise((resolve) => {
    request.open('POST', `/api/v1/imports/${path}`)
    request.responseType = 'json'
    request.setRequestHeader('content-type', type)
    request.setRequestHeader('x-csrf-token', session.csrf ?? '')
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total))
    request.addEventListener('loadend', () => {
      resolve({ status: request.status, body: request.response as unknown })
    })
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

async function mediaTypeOf(file: File): Promise<string> {
  if (/\.(geo)?json$/i.test(file.name)) return 'application/geo+json'
  if (/\.xlsx$/i.test(file.name)) return XLSX_TYPE
  return `text/csv; charset=${charsetOf(await headOf(file))}`
}

async function headOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
  } catch (cause) {
    throw new FileGone('the file can no longer be read', { cause })
  }
}

/** What spreadsheets write: UTF-8, what Chinese Windows takes for plain text, or their Unicode. */
export function charsetOf(head: Uint8Array): 'utf-8' | 'gb18030' | 'utf-16le' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError) return 'gb18030'
    throw error
  }
}
