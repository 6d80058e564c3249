/** What recordings usually call the time of a row, the likelier ones first. */
const TIME_COLUMNS = [
  'measuredAt',
  '_time',
  'time',
  'timestamp',
  'datetime',
  'date_time',
  'ts',
  'date',
  '时间',
  '采集时间',
  '监测时间',
  '上报时间',
]

/** The column of the time among those there are; undefined when none has a usual name. */
export const usualTimeColumn = (isThere: (column: string) => boolean): string | undefined =>
  TIME_COLUMNS.find(isThere)
