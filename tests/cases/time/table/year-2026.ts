import type { DeadlineRow } from './row.ts'

/** Off from Thursday 1 to Saturday 3 January; worked on Sunday 4. */
const NEW_YEAR: readonly DeadlineRow[] = [
  ['2025-12-31 17:00', 2, 'working-hour', '2026-01-04 09:00', 'Wednesday 1, Sunday 1'],
  ['2025-12-31 18:00', 1, 'working-day', '2026-01-04 18:00', 'the Sunday worked'],
  ['2025-12-31 14:00', 1, 'working-day', '2026-01-04 12:00', 'Wednesday 4, Sunday 4'],
  ['2026-01-01 09:00', 2, 'working-day', '2026-01-05 18:00', 'Sunday and Monday'],
  ['2026-01-03 16:00', 1, 'working-hour', '2026-01-04 09:00', 'filed on Saturday'],
  ['2026-01-04 17:00', 2, 'working-hour', '2026-01-05 09:00', 'Sunday 1, Monday 1'],
  ['2025-12-30 10:00', 3, 'working-day', '2026-01-05 10:00', '6, Wednesday, Sunday, 2'],
  ['2026-01-04 08:00', 6, 'working-day', '2026-01-09 18:00', 'a week of six days'],
  ['2026-01-04 10:00', 4, 'working-hour', '2026-01-04 16:00', 'lunch on the Sunday worked'],
]

/** Off from Sunday 15 to Monday 23 February; worked on Saturday 14 and Saturday 28. */
const SPRING_FESTIVAL: readonly DeadlineRow[] = [
  ['2026-02-13 17:00', 2, 'working-hour', '2026-02-14 09:00', 'Friday 1, Saturday 1'],
  ['2026-02-13 17:00', 2, 'working-day', '2026-02-24 17:00', '1, 8, and 7 after the holidays'],
  ['2026-02-13 18:00', 1, 'working-day', '2026-02-14 18:00', 'the Saturday worked'],
  ['2026-02-14 14:00', 4, 'working-hour', '2026-02-14 18:00', 'ends as the holidays begin'],
  ['2026-02-14 14:00', 5, 'working-hour', '2026-02-24 09:00', '4 before, 1 after'],
  ['2026-02-14 18:00', 1, 'working-day', '2026-02-24 18:00', 'filed as they begin'],
  ['2026-02-14 08:00', 2, 'working-day', '2026-02-24 18:00', '8 before, 8 after'],
  ['2026-02-15 00:00', 1, 'working-hour', '2026-02-24 09:00', 'their first instant'],
  ['2026-02-17 12:00', 5, 'working-day', '2026-02-28 18:00', 'Tuesday to Saturday'],
  ['2026-02-23 23:59:59', 6, 'working-day', '2026-03-02 18:00', 'Sunday is off again'],
  ['2026-02-27 16:00', 4, 'working-hour', '2026-02-28 10:00', 'Friday 2, Saturday 2'],
  ['2026-02-28 12:00', 1, 'working-day', '2026-03-02 12:00', 'Saturday 4, Monday 4'],
  ['2026-02-28 17:30', 1, 'working-hour', '2026-03-02 08:30', 'Saturday 0.5, Monday 0.5'],
  ['2026-02-12 09:00', 4, 'working-day', '2026-02-25 09:00', '7, 8, 8, 8, and 1'],
  ['2026-02-12 08:00', 8, 'working-day', '2026-02-28 18:00', 'both make-up days among them'],
  ['2026-02-14 11:30', 1, 'working-hour', '2026-02-14 14:30', 'lunch on the Saturday worked'],
  ['2026-03-01 09:00', 0.5, 'working-day', '2026-03-02 12:00', 'filed on Sunday'],
]

/** Off from Saturday 4 to Monday 6 April. */
const QINGMING: readonly DeadlineRow[] = [
  ['2026-04-03 17:00', 2, 'working-hour', '2026-04-07 09:00', 'Friday 1, Tuesday 1'],
  ['2026-04-03 15:00', 1, 'working-day', '2026-04-07 15:00', 'Friday 3, Tuesday 5'],
  ['2026-04-06 09:00', 1, 'working-day', '2026-04-07 18:00', 'filed on the Monday off'],
  ['2026-04-02 08:00', 3, 'working-day', '2026-04-07 18:00', 'Thursday, Friday, Tuesday'],
  ['2026-04-05 20:00', 2, 'working-hour', '2026-04-07 10:00', 'filed on Sunday'],
]

/** Off from Friday 1 to Tuesday 5 May; worked on Saturday 9. */
const LABOUR_DAY: readonly DeadlineRow[] = [
  ['2026-04-30 17:00', 2, 'working-hour', '2026-05-06 09:00', 'Thursday 1, Wednesday 1'],
  ['2026-04-30 18:00', 1, 'working-day', '2026-05-06 18:00', 'filed as the holidays begin'],
  ['2026-05-01 08:00', 4, 'working-day', '2026-05-09 18:00', 'Wednesday to Saturday'],
  ['2026-05-05 18:00', 5, 'working-day', '2026-05-11 18:00', 'Sunday is off again'],
  ['2026-05-08 16:00', 1, 'working-day', '2026-05-09 16:00', 'Friday 2, Saturday 6'],
  ['2026-05-09 15:00', 4, 'working-hour', '2026-05-11 09:00', 'Saturday 3, Monday 1'],
  ['2026-04-30 08:00', 1, 'working-day', '2026-04-30 18:00', 'ends as the holidays begin'],
  ['2026-04-30 08:30', 1, 'working-day', '2026-05-06 08:30', 'half an hour is left over'],
  ['2026-04-29 12:00', 3, 'working-day', '2026-05-07 12:00', '4, Thursday, Wednesday, 4'],
]

/** Off from Friday 19 to Sunday 21 June. */
const DRAGON_BOAT: readonly DeadlineRow[] = [
  ['2026-06-18 17:00', 2, 'working-hour', '2026-06-22 09:00', 'Thursday 1, Monday 1'],
  ['2026-06-18 10:00', 1, 'working-day', '2026-06-22 10:00', 'Thursday 6, Monday 2'],
  ['2026-06-19 12:00', 1, 'working-day', '2026-06-22 18:00', 'filed on the Friday off'],
  ['2026-06-17 14:00', 3, 'working-day', '2026-06-23 12:00', '4, Thursday, Monday, 4'],
  ['2026-06-21 23:59:59', 0.5, 'working-hour', '2026-06-22 08:30', 'their last second'],
]

/** Off from Friday 25 to Sunday 27 September; worked on Sunday 20 for the days of October. */
const MID_AUTUMN: readonly DeadlineRow[] = [
  ['2026-09-18 17:00', 2, 'working-hour', '2026-09-20 09:00', 'Friday 1, Sunday 1'],
  ['2026-09-19 10:00', 1, 'working-day', '2026-09-20 18:00', 'filed on Saturday'],
  ['2026-09-20 16:00', 4, 'working-hour', '2026-09-21 10:00', 'Sunday 2, Monday 2'],
  ['2026-09-20 08:00', 5, 'working-day', '2026-09-24 18:00', 'Sunday to Thursday'],
  ['2026-09-20 10:00', 5, 'working-day', '2026-09-28 10:00', '2 are left over'],
  ['2026-09-24 17:00', 2, 'working-hour', '2026-09-28 09:00', 'Thursday 1, Monday 1'],
  ['2026-09-25 15:00', 1, 'working-day', '2026-09-28 18:00', 'filed on the day itself'],
]

/** Off from Thursday 1 to Wednesday 7 October; worked on Saturday 10. */
const NATIONAL_DAY: readonly DeadlineRow[] = [
  ['2026-09-24 12:00', 4, 'working-day', '2026-10-08 12:00', 'over both holidays'],
  ['2026-09-30 17:30', 1, 'working-hour', '2026-10-08 08:30', '0.5 before, 0.5 after'],
  ['2026-09-30 08:00', 1, 'working-day', '2026-09-30 18:00', 'ends as the holidays begin'],
  ['2026-09-30 18:00', 1, 'working-day', '2026-10-08 18:00', 'filed as they begin'],
  ['2026-10-01 10:00', 3, 'working-day', '2026-10-10 18:00', 'Thursday to Saturday'],
  ['2026-10-07 22:00', 4, 'working-day', '2026-10-12 18:00', 'Sunday is off again'],
  ['2026-10-10 17:00', 2, 'working-hour', '2026-10-12 09:00', 'Saturday 1, Monday 1'],
  ['2026-10-09 14:00', 1, 'working-day', '2026-10-10 12:00', 'Friday 4, Saturday 4'],
  ['2026-09-18 08:00', 14, 'working-day', '2026-10-13 18:00', 'over both, two make-up days'],
  ['2026-09-18 12:00', 10, 'working-day', '2026-10-09 12:00', '4, nine days, 4'],
  ['2026-10-11 12:00', 1, 'working-day', '2026-10-12 18:00', 'filed on Sunday'],
]

export const YEAR_2026: readonly DeadlineRow[] = [
  ...NEW_YEAR,
  ...SPRING_FESTIVAL,
  ...QINGMING,
  ...LABOUR_DAY,
  ...DRAGON_BOAT,
  ...MID_AUTUMN,
  ...NATIONAL_DAY,
  ['2026-01-05 08:00', 60, 'working-day', '2026-04-02 18:00', 'a quarter with Spring Festival'],
]
