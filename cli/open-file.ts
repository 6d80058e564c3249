import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { messageOf, Rejected } from '#model/error.ts'

/** A file to be sent, or standard input for `-`. @throws Rejected('invalid-input') */
export async function openFile(
  file: string,
): Promise<{ readonly body: Readable; readonly length_bytes: number | undefined }> {
  if (file === '-') return { body: process.stdin, length_bytes: undefined }
  try {
    const { size } = await stat(file)
    return { body: createReadStream(file, { highWaterMark: 256 * 1_024 }), length_bytes: size }
  } catch (error) {
    throw new Rejected('invalid-input', `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
