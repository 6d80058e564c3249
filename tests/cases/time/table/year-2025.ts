import type { DeadlineRow } from './row.ts'

/** Off on Wednesday 1 January. */
const NEW_YEAR: readonly DeadlineRow[] = [
  ['2024-12-31 17:00', 2, 'working-hour', '2025-01-02 09:00', 'Tuesday 1, Thursday 1'],
  ['2024-12-31 18:00', 1, 'working-day', '2025-01-02 18:00', 'Thursday'],
  ['2025-01-01 10:00', 4, 'working-hour', '2025-01-02 12:00', 'filed on New Year'],
  ['2024-12-31 08:00', 2, 'working-day', '2025-01-02 18:00', 'Tuesday and Thursday'],
  ['2024-12-30 14:00', 3, 'working-day', '2025-01-03 12:00', '4, Tuesday, Thursday, 4'],
  ['2025-01-01 00:00', 1, 'working-hour', '2025-01-02 09:00', 'the first instant of the year'],
]

/** Off from Tuesday 28 January to Tuesday 4 February; worked on Sunday 26 and Saturday 8. */
const SPRING_FESTIVAL: readonly DeadlineRow[] = [
  ['2025-01-24 17:00', 2, 'working-hour', '2025-01-26 09:00', 'Friday 1, Sunday 1'],
  ['2025-01-24 18:00', 1, 'working-day', '2025-01-26 18:00', 'Saturday is off, Sunday is not'],
  ['2025-01-25 11:00', 4, 'working-hour', '2025-01-26 12:00', 'filed on Saturday'],
  ['2025-01-26 08:00', 2, 'working-day', '2025-01-27 18:00', 'Sunday and Monday'],
  ['2025-01-26 10:00', 2, 'working-day', '2025-02-05 10:00', '6, 8, and 2 after the holidays'],
  ['2025-01-27 17:00', 2, 'working-hour', '2025-02-05 09:00', '1 before, 1 after'],
  ['2025-01-27 14:00', 4, 'working-hour', '2025-01-27 18:00', 'ends as the holidays begin'],
  ['2025-01-27 18:00', 1, 'working-hour', '2025-02-05 09:00', 'filed as they begin'],
  ['2025-01-27 14:00', 1, 'working-day', '2025-02-05 12:00', '4 before, 4 after'],
  ['2025-01-28 08:00', 1, 'working-day', '2025-02-05 18:00', 'filed on the eve of New Year'],
  ['2025-01-31 23:00', 3, 'working-day', '2025-02-07 18:00', 'Wednesday to Friday'],
  ['2025-02-04 23:59:59', 1, 'working-hour', '2025-02-05 09:00', 'the last second of it'],
  ['2025-02-04 12:00', 4, 'working-day', '2025-02-08 18:00', 'Wednesday to Saturday'],
  ['2025-02-04 12:00', 5, 'working-day', '2025-02-10 18:00', 'Sunday is off again'],
  ['2025-02-07 17:00', 2, 'working-hour', '2025-02-08 09:00', 'Friday 1, Saturday 1'],
  ['2025-02-07 15:00', 1, 'working-day', '2025-02-08 15:00', 'Friday 3, Saturday 5'],
  ['2025-02-08 16:00', 4, 'working-hour', '2025-02-10 10:00', 'Saturday 2, Monday 2'],
  ['2025-02-08 18:00', 1, 'working-day', '2025-02-10 18:00', 'Saturday is over'],
  ['2025-01-24 10:00', 7, 'working-day', '2025-02-10 10:00', '6, six days of 8, and 2'],
  ['2025-02-09 09:00', 1, 'working-hour', '2025-02-10 09:00', 'filed on Sunday'],
  ['2025-01-26 11:30', 1, 'working-hour', '2025-01-26 14:30', 'lunch on the Sunday worked'],
  ['2025-01-26 03:00', 4, 'working-hour', '2025-01-26 12:00', 'before work on that Sunday'],
]

/** Off from Friday 4 to Sunday 6 April. */
const QINGMING: readonly DeadlineRow[] = [
  ['2025-04-03 17:30', 1, 'working-hour', '2025-04-07 08:30', 'Thursday 0.5, Monday 0.5'],
  ['2025-04-03 14:00', 1, 'working-day', '2025-04-07 12:00', 'Thursday 4, Monday 4'],
  ['2025-04-04 09:00', 2, 'working-hour', '2025-04-07 10:00', 'filed on the Friday off'],
  ['2025-04-03 08:00', 2, 'working-day', '2025-04-07 18:00', 'Thursday and Monday'],
  ['2025-04-02 16:00', 2, 'working-day', '2025-04-07 16:00', '2, 8, and 6 on Monday'],
  ['2025-04-05 10:00', 1, 'working-day', '2025-04-07 18:00', 'filed on Saturday'],
]

/** Off from Thursday 1 to Monday 5 May; worked on Sunday 27 April. */
const LABOUR_DAY: readonly DeadlineRow[] = [
  ['2025-04-25 17:00', 2, 'working-hour', '2025-04-27 09:00', 'Friday 1, Sunday 1'],
  ['2025-04-26 09:00', 1, 'working-day', '2025-04-27 18:00', 'filed on Saturday'],
  ['2025-04-27 17:00', 2, 'working-hour', '2025-04-28 09:00', 'Sunday 1, Monday 1'],
  ['2025-04-27 08:00', 4, 'working-day', '2025-04-30 18:00', 'Sunday to Wednesday'],
  ['2025-04-27 09:00', 4, 'working-day', '2025-05-06 09:00', 'an hour is left over'],
  ['2025-04-30 16:30', 2, 'working-hour', '2025-05-06 08:30', '1.5 before, 0.5 after'],
  ['2025-04-30 18:00', 1, 'working-hour', '2025-05-06 09:00', 'filed as the holidays begin'],
  ['2025-05-01 10:00', 2, 'working-day', '2025-05-07 18:00', 'Tuesday and Wednesday'],
  ['2025-05-05 17:00', 4, 'working-hour', '2025-05-06 12:00', 'filed on the Monday off'],
  ['2025-04-30 10:00', 1, 'working-day', '2025-05-06 10:00', '6 before, 2 after'],
]

/** Off from Saturday 31 May to Monday 2 June. */
const DRAGON_BOAT: readonly DeadlineRow[] = [
  ['2025-05-30 17:00', 2, 'working-hour', '2025-06-03 09:00', 'Friday 1, Tuesday 1'],
  ['2025-05-30 12:00', 1, 'working-day', '2025-06-03 12:00', 'Friday 4, Tuesday 4'],
  ['2025-06-02 08:00', 1, 'working-hour', '2025-06-03 09:00', 'filed on the Monday off'],
  ['2025-05-31 08:00', 2, 'working-day', '2025-06-04 18:00', 'Tuesday and Wednesday'],
  ['2025-05-29 15:00', 2, 'working-day', '2025-06-03 15:00', '3, 8, and 5 on Tuesday'],
]

/** Off from Wednesday 1 to Wednesday 8 October; worked on Sunday 28 September and Saturday 11. */
const NATIONAL_DAY_AND_MID_AUTUMN: readonly DeadlineRow[] = [
  ['2025-09-26 17:00', 2, 'working-hour', '2025-09-28 09:00', 'Friday 1, Sunday 1'],
  ['2025-09-26 16:00', 3, 'working-day', '2025-09-30 16:00', '2, Sunday, Monday, 6'],
  ['2025-09-27 08:00', 3, 'working-day', '2025-09-30 18:00', 'Sunday to Tuesday'],
  ['2025-09-28 12:00', 3, 'working-day', '2025-10-09 12:00', '4, 8, 8, and 4 after'],
  ['2025-09-30 17:59:59', 1, 'working-hour', '2025-10-09 08:59:59', 'a second before'],
  ['2025-09-30 14:00', 4, 'working-hour', '2025-09-30 18:00', 'ends as the holidays begin'],
  ['2025-09-30 18:00', 1, 'working-day', '2025-10-09 18:00', 'filed as they begin'],
  ['2025-10-01 00:00', 1, 'working-hour', '2025-10-09 09:00', 'their first instant'],
  ['2025-10-06 15:00', 2, 'working-day', '2025-10-10 18:00', 'Mid-Autumn lies in them'],
  ['2025-10-08 20:00', 3, 'working-day', '2025-10-11 18:00', 'Thursday to Saturday'],
  ['2025-10-08 20:00', 4, 'working-day', '2025-10-13 18:00', 'Sunday is off again'],
  ['2025-10-10 17:00', 2, 'working-hour', '2025-10-11 09:00', 'Friday 1, Saturday 1'],
  ['2025-10-11 11:00', 1, 'working-day', '2025-10-13 11:00', 'Saturday 5, Monday 3'],
  ['2025-10-11 17:00', 2, 'working-hour', '2025-10-13 09:00', 'Saturday 1, Monday 1'],
  ['2025-09-26 08:00', 7, 'working-day', '2025-10-11 18:00', 'both make-up days among them'],
  ['2025-09-26 14:00', 8, 'working-day', '2025-10-14 12:00', '4, seven days, 4'],
  ['2025-10-12 10:00', 1, 'working-hour', '2025-10-13 09:00', 'filed on Sunday'],
]

export const YEAR_2025: readonly DeadlineRow[] = [
  ...NEW_YEAR,
  ...SPRING_FESTIVAL,
  ...QINGMING,
  ...LABOUR_DAY,
  ...DRAGON_BOAT,
  ...NATIONAL_DAY_AND_MID_AUTUMN,
]
