import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

/** Smaller than that a file gains nothing. */
const LEAST_BYTES = 1_024

/** Lays beside every text of a folder what goes over the wire instead of it. */
export async function compressConsole(folder: string): Promise<void> {
  for (const file of globSync(`${folder}/**/*.{js,css,svg,html,json}`)) {
    const bytes = await readFile(file)
    if (bytes.length < LEAST_BYTES) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    await writeFile(`${file}.br`, await brotli(bytes, { params }))
    await writeFile(`${file}.gz`, await gzipped(bytes, { level: 9 }))
  }
}
