import type { RefusedRow } from '#model/import-report.ts'
import { printable } from './quarantine-message.ts'

/** A row that was refused, with every reason, in one line. */
export const refusedLine = ({ line, id, reasons }: RefusedRow): string =>
  printable(
    `line ${line}${id === null ? '' : `  ${id}`}: ${reasons.map(({ detail }) => detail).join('; ')}`,
  )
