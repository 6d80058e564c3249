import { integer } from '#runtime/setting.ts'

/** A process that takes over from the one that runs, such as at an upgrade. */
export const HANDOVER_SETTINGS = {
  waitMs: integer(
    'HANDOVER_WAIT_MS',
    10_000,
    'How long a process that starts waits for the one that runs to hand over.',
    {
      unit: 'ms',
      min: 0,
      max: 600_000,
      consequence:
        'Past it the older is shut out: what it has not acknowledged its devices send again.',
    },
  ),
} as const
