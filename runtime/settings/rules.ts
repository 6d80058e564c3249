import { optionalInteger } from '#runtime/setting.ts'

const MIB = 1_024 * 1_024

/** What the rules may take of the machine. */
export const RULES_SETTINGS = {
  windowsMaxBytes: optionalInteger(
    'RULES_WINDOWS_MAX_BYTES',
    'Most memory for the readings that windows of rules hold; unset, a quarter of the heap of Node.',
    {
      unit: 'bytes',
      min: MIB,
      consequence:
        'Of devices whose windows find no room they are read from the database at each of their reports: right, and slow.',
    },
  ),
} as const
