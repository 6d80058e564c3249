import { writeFileSync } from 'node:fs'
import { messageOf, Rejected } from '#model/error.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'

/**
 * Where the truth of a run goes. Tried at once: nobody wants to hear after an hour that it cannot
 * be written.
 *
 * @throws Rejected('invalid-input') when it cannot
 */
export function truthTarget(file: string): (lines: Iterable<TruthLine>) => void {
  write(file, '')
  return (lines) => write(file, [...lines].map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new Rejected('invalid-input', `${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}
