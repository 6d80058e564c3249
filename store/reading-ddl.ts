import type { Channel } from '#model/channel.ts'

/** What a reading table has of a channel. */
export type ColumnOf = Pick<Channel, 'name' | 'type'>

export type Storage = 'native' | 'timescale'

const TYPES = { number: 'double precision', integer: 'integer', boolean: 'boolean' } as const

/** Partitions and chunks hold seven days, aligned to the epoch (a Thursday). */
export const PARTITION_DAYS = 7

/** Of the aggregates of a reading table. */
export const PERIODS = [
  // Days are those of China, which has one zone and no summer time.
  { name: 'hourly', every: '1 hour', origin: '2000-01-01 00:00:00+00', zone: '' },
  { name: 'daily', every: '1 day', origin: '2000-01-01 00:00:00+08', zone: ", 'Asia/Shanghai'" },
] as const
export type PeriodName = (typeof PERIODS)[number]['name']

/** `reading_x_hourly` and `reading_x_daily`. */
export const aggregateNames = (table: string): readonly string[] =>
  PERIODS.map(({ name }) => `${table}_${name}`)

/** Statements that make the table of a kind and its aggregates. */
export function createReadingTable(
  table: string,
  columns: readonly ColumnOf[],
  storage: Storage,
): readonly string[] {
  const lines = [
    'device_id text COLLATE "C" NOT NULL',
    'measured_at timestamptz NOT NULL',
    'seq bigint NOT NULL',
    'received_at timestamptz NOT NULL',
    'server_clock boolean NOT NULL',
    ...columns.map(columnLine),
    'extra jsonb',
    'PRIMARY KEY (device_id, measured_at, seq)',
  ]
  const native = storage === 'native'
  const create = `CREATE TABLE ${table} (\n  ${lines.join(',\n  ')}\n)`
  return [
    `${create}${native ? ' PARTITION BY RANGE (measured_at)' : ''};`,
    ...(native ? [] : hypertable(table)),
    // By this a stretch of time is found for all devices at once.
    `CREATE INDEX ${table}_time ON ${table} USING brin (measured_at)
  WITH (pages_per_range = 32, autosummarize = on);`,
    ...createAggregates(table, columns, storage),
  ]
}

/** Statements that add channels at the end of those a table has; `columns` are all of them. */
export function addReadingColumns(
  table: string,
  columns: readonly ColumnOf[],
  added: readonly ColumnOf[],
  storage: Storage,
): readonly string[] {
  const drop = storage === 'native' ? 'DROP VIEW' : 'DROP MATERIALIZED VIEW'
  return [
    ...aggregateNames(table).map((name) => `${drop} IF EXISTS ${name};`),
    ...added.map(
      (column) => `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${columnLine(column)};`,
    ),
    ...createAggregates(table, columns, storage),
    ...(storage === 'native'
      ? []
      : aggregateNames(table).map(
          (name) => `CALL refresh_continuous_aggregate('${name}', NULL, NULL);`,
        )),
  ]
}

const columnLine = ({ name, type }: ColumnOf): string => `${name} ${TYPES[type]}`

const hypertable = (table: string): readonly string[] => [
  `SELECT create_hypertable('${table}', 'measured_at',
  chunk_time_interval => INTERVAL '${PARTITION_DAYS} days', create_default_indexes => false);`,
  `ALTER TABLE ${table} SET (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'device_id',
  timescaledb.compress_orderby = 'measured_at, seq'
);`,
]

const createAggregates = (
  table: string,
  columns: readonly ColumnOf[],
  storage: Storage,
): readonly string[] =>
  PERIODS.map(({ name, every, origin, zone }) => {
    const native = storage === 'native'
    const bucket = native
      ? `date_bin('${every}', measured_at, TIMESTAMPTZ '${origin}')`
      : `time_bucket(INTERVAL '${every}', measured_at${zone})`
    const fields = [
      'device_id',
      `${bucket} AS bucket`,
      'count(*) AS readings',
      ...columns.flatMap(aggregateFields),
    ]
    const head = native
      ? `CREATE VIEW ${table}_${name} AS`
      : `CREATE MATERIALIZED VIEW ${table}_${name}
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS`
    const tail = native ? ';' : '\nWITH NO DATA;'
    return `${head}\nSELECT\n  ${fields.join(',\n  ')}\nFROM ${table}\nGROUP BY 1, 2${tail}`
  })

function aggregateFields({ name, type }: ColumnOf): readonly string[] {
  if (type === 'boolean') return []
  return [
    `min(${name}) AS ${name}_min`,
    `max(${name}) AS ${name}_max`,
    `avg(${name})::double precision AS ${name}_avg`,
    `count(${name}) AS ${name}_count`,
  ]
}
