import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isWanmiError, messageOf, Rejected, Unavailable } from '#model/error.ts'
import { askFile } from '#simulator/registry/service-client.ts'
import { type CaseFileFormat, formatOfFile } from './case-file-format.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface ExportOptions {
  readonly format?: CaseFileFormat
  readonly state?: string
  readonly kind?: string
  readonly source?: string
  readonly area?: string
  readonly department?: string
  readonly class?: string
  readonly from?: string
  readonly to?: string
  readonly text?: string
  readonly api?: string
  readonly token?: string
}

/** Writes cases to a file, which is there under its name when it is whole and not before. */
export async function exportCases(file: string, options: ExportOptions): Promise<void> {
  const { api, token, department, format: given, ...filters } = options
  const isTerminal = file === '-'
  const format = formatOfFile(file, given) ?? (isTerminal ? 'ndjson' : undefined)
  if (format === undefined) {
    throw new Rejected('invalid-input', `is ${file} CSV or JSON lines? Give --format csv or ndjson`)
  }
  const query = new URLSearchParams({ format, ...filters })
  if (department !== undefined) query.set('departmentId', department)
  const address = await serviceAddress(api ?? defaultApiUrl(), token)
  const answer = await askFile(address, `/api/v1/cases/export?${query.toString()}`)
  const body = Readable.fromWeb(answer as Parameters<typeof Readable.fromWeb>[0])
  if (isTerminal) {
    for await (const piece of body) process.stdout.write(piece as Buffer)
    return
  }
  const part = `${file}.part`
  const bytes = { count: 0 }
  try {
    await pipeline(body, progress(bytes), createWriteStream(part))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw brokenOff(error, file)
  }
  console.log(`${file} is written (${bytes.count} bytes).`)
}

const EVERY_MS = 5_000

/** Says now and then how far it has come. */
function progress(bytes: { count: number }): Transform {
  let next = performance.now() + EVERY_MS
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes.count += piece.length
      if (performance.now() >= next) {
        console.error(`${(bytes.count / 1_000_000).toFixed(1)} MB received`)
        next = performance.now() + EVERY_MS
      }
      done(null, piece)
    },
  })
}

function brokenOff(error: unknown, file: string): Error {
  if (isWanmiError(error)) return error
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined && /^E[A-Z]+$/.test(code) && code !== 'ECONNRESET') {
    const sentence = `${file} cannot be written: ${messageOf(error)}`
    return new Rejected('invalid-input', sentence, { cause: error })
  }
  const sentence = `the file broke off, and is not kept: ${messageOf(error)}`
  return new Unavailable('service-unreachable', sentence, { cause: error })
}
