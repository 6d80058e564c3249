import { integer, optionalPath } from '#runtime/setting.ts'

const GIB = 1_024 ** 3

/** Where messages are kept while the database is away for long. */
export const SPOOL_SETTINGS = {
  afterMs: integer(
    'SPOOL_AFTER_MS',
    5_000,
    'A commit that takes longer has its messages, and those after it, put into the spool.',
    {
      unit: 'ms',
      min: 100,
      max: 600_000,
      consequence:
        'Above about 8 s the time of an outage counts as one in which nobody listened, and devices ' +
        'are given SILENCE_GRACE_S after it.',
    },
  ),
  maxBytes: integer('SPOOL_MAX_BYTES', GIB, 'Most bytes of the spool; 0 turns it off.', {
    unit: 'bytes',
    min: 0,
    consequence:
      'When it is full nothing more is acknowledged until the database is back; about 290 bytes ' +
      'are needed for a message of 150.',
  }),
  dir: optionalPath('SPOOL_DIR', 'Folder of the spool; unset, DATA_DIR/spool.', {
    consequence: 'On the disk of the database a full disk stops both.',
  }),
} as const
