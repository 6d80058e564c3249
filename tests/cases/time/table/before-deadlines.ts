import type { DeadlineRow } from './row.ts'

/** The last instant from which so much time passes until the deadline. */
export const BEFORE_DEADLINES: readonly DeadlineRow[] = [
  ['2026-02-14 17:00', 2, 'working-hour', '2026-02-24 09:00', 'over the Spring Festival'],
  ['2026-03-13 17:30', 1, 'working-hour', '2026-03-16 08:30', 'over a weekend'],
  [
    '2026-03-11 14:00',
    4,
    'working-hour',
    '2026-03-11 18:00',
    'the begin of the afternoon, not of lunch',
  ],
  ['2026-03-10 14:00', 1, 'working-day', '2026-03-11 12:00', '4 and 4'],
  ['2025-01-24 17:00', 2, 'working-hour', '2025-01-26 09:00', 'from the Sunday worked to Friday'],
  ['2026-09-30 14:00', 1, 'working-day', '2026-10-08 12:00', 'over National Day'],
  ['2025-12-31 23:30', 1, 'continuous-hour', '2026-01-01 00:30', 'over New Year'],
  ['2026-02-28 08:00', 1, 'calendar-day', '2026-03-01 08:00', 'a short month'],
  ['2025-12-31 08:00', 2, 'working-day', '2026-01-04 18:00', 'the Sunday worked and Wednesday'],
  ['2026-03-13 17:00', 1, 'working-hour', '2026-03-16 08:00', 'a deadline as the week begins'],
  [
    '2026-03-16 08:00',
    1,
    'working-hour',
    '2026-03-16 09:00',
    'as the week begins, not as the last ended',
  ],
  ['2026-05-06 08:00', 4, 'working-hour', '2026-05-06 12:00', 'as work begins after Labour Day'],
]
