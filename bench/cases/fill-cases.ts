import type { Client } from 'pg'
import { CHOICES, CITY, RARE_TEXT } from './case-city.ts'

export interface Amount {
  readonly closed: number
  readonly open: number
  /** The end of the year over which cases were reported. */
  readonly until: Date
}

/** Cases are made in parts, so that what is sorted stays in memory. */
const PART = 100_000

/**
 * Fills an empty database with cases of a year, in the order of their reports, and with the events of
 * those reported in the last 62 days. Chance is a hash of the number of the case: each run makes the
 * same cases.
 */
export async function fillCases(
  client: Client,
  amount: Amount,
  say: (what: string) => void,
): Promise<void> {
  await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
  await client.query(CHANCE)
  for (const statement of PEOPLE_AND_PLACES) await client.query(statement)
  const indexes = await dropIndexes(client)
  const all = amount.closed + amount.open
  for (let from = 0; from < all; from += PART) {
    const to = Math.min(from + PART, all)
    await client.query(caseStatement(), [
      from,
      to - 1,
      all,
      amount.closed,
      amount.until,
      JSON.stringify(CHOICES.conditions),
      CHOICES.roads,
      CHOICES.spots,
      CHOICES.troubles,
    ])
    say(`${to} cases`)
  }
  for (const definition of indexes) {
    await client.query(definition)
    say(definition.split(' USING ', 1)[0] ?? '')
  }
  await client.query(EVENTS, [new Date(amount.until.getTime() - 62 * 86_400_000)])
  say('events')
  for (const tidy of [
    'VACUUM (ANALYZE) case_record',
    'VACUUM (ANALYZE) case_event',
    'CHECKPOINT',
  ]) {
    await client.query(tidy)
    say(tidy)
  }
}

/** An index is built at once in a fraction of the time it takes to keep it up row by row. */
async function dropIndexes(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index AS i WHERE i.indrelid = 'case_record'::regclass AND NOT i.indisprimary
       AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)`,
  )
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`)
  return rows.map(({ definition }) => definition)
}

const CHANCE = `
  -- Evenly from 0 to below 1, of a case and for a purpose.
  CREATE FUNCTION pg_temp.u(i bigint, purpose integer) RETURNS double precision
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended(i, purpose) & 1048575) / 1048576.0
  $$;
  -- As those that are made as time goes on: their order is that of time.
  CREATE FUNCTION pg_temp.id_at(at timestamptz, i bigint) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
      || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid
  $$;
  -- The n-th account of a post.
  CREATE FUNCTION pg_temp.account(post integer, n double precision) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('0190' || post || '000-0000-7000-8000-' || lpad(to_hex(floor(n)::int), 12, '0'))::uuid
  $$`

/** 0 to below `count`, the first ones more often. */
const skewed = (count: number, purpose: number): string =>
  `floor(${count} * power(pg_temp.u(i, ${purpose}), 1.6))::int`

const minutesAfter = (at: string, most: number, purpose: number): string =>
  `${at} + power(pg_temp.u(i, ${purpose}), 3) * ${most} * interval '1 minute'`

/** States of cases that are over, and of open ones, with how many of a hundred are in them. */
const OVER = [
  ['closed', 93],
  ['rejected', 4],
  ['voided', 1],
  ['merged', 1],
  ['withdrawn', 1],
] as const
const OPEN = [
  ['reported', 8],
  ['verifying', 3],
  ['accepted', 6],
  ['filed', 6],
  ['dispatched', 20],
  ['handling', 35],
  ['parked', 4],
  ['fed-back', 9],
  ['checking', 6],
  ['checked', 3],
] as const

function stateSql(states: readonly (readonly [string, number])[], purpose: number): string {
  let sum = 0
  const cases = states.map(([state, share]) => {
    sum += share
    return `WHEN pg_temp.u(i, ${purpose}) * 100 < ${sum} THEN '${state}'`
  })
  return `CASE ${cases.join(' ')} END`
}

const caseStatement = (): string => `
  WITH chosen AS MATERIALIZED (
    SELECT i, i < $4::bigint AS over,
      -- Of the open ones most are of the last days.
      CASE WHEN i < $4 THEN $5::timestamptz - interval '365 days' + i * (interval '364 days' / $4::bigint)
        ELSE $5::timestamptz - power(1 - (i - $4) / ($3::bigint - $4 + 1.0), 4) * interval '60 days'
          - interval '1 minute' END AS reported_at,
      '1408' || lpad((1 + ${skewed(CITY.districts, 1)})::text, 2, '0')
        || lpad((1 + ${skewed(CITY.streets, 2)})::text, 3, '0')
        || lpad((1 + ${skewed(CITY.communities, 3)})::text, 3, '0')
        || lpad((1 + floor(${CITY.grids} * pg_temp.u(i, 4)))::text, 3, '0') AS grid,
      $6::jsonb -> ${skewed(CHOICES.conditions.length, 5)} AS condition,
      CASE WHEN i < $4 THEN ${stateSql(OVER, 6)} ELSE ${stateSql(OPEN, 7)} END AS state,
      (ARRAY['inspector','inspector','inspector','inspector','inspector','inspector','device',
        'hotline','hotline','operator','video','outside','leader'])[1 + floor(pg_temp.u(i, 8) * 13)] AS source,
      pg_temp.u(i, 9) AS late
    FROM generate_series($1::bigint, $2::bigint) AS i
  ), timed AS (
    SELECT *, ${minutesAfter('reported_at', 90, 10)} AS accept_at FROM chosen
  ), filed AS (
    SELECT *, ${minutesAfter('accept_at', 120, 11)} AS file_at FROM timed
  ), sent AS (
    SELECT *, ${minutesAfter('file_at', 120, 12)} AS dispatch_at FROM filed
  ), handled AS (
    SELECT *, ${minutesAfter('dispatch_at', 2_000, 13)} AS feed_at,
      dispatch_at + interval '1 day' AS due_at,
      state IN ('accepted', 'filed', 'dispatched', 'handling', 'parked', 'fed-back', 'checking',
        'checked', 'closed', 'voided') AS was_accepted,
      state IN ('filed', 'dispatched', 'handling', 'parked', 'fed-back', 'checking', 'checked',
        'closed', 'voided') AS was_filed,
      state IN ('dispatched', 'handling', 'parked', 'fed-back', 'checking', 'checked', 'closed') AS was_sent,
      state IN ('fed-back', 'checking', 'checked', 'closed') AS was_fed
    FROM sent
  ), checked AS (
    SELECT *, ${minutesAfter('feed_at', 400, 14)} AS check_at,
      (condition ->> 'kind') AS kind_of FROM handled
  )
  INSERT INTO case_record (id, number, version, state, source, kind, object_id, phenomenon, edition,
    class, condition, severity, title, description, device_id, rule_id, part_id, grid_code, district,
    area_code, network, lon_deg, lat_deg, address, department, department_id, basis, limit_amount,
    limit_unit, deadline_at, soon_at, deadline_mark, handle_deadline_at, original_deadline_at,
    case_deadline_at, case_soon_at, case_deadline_mark, late_duties, next_alarm_at, reported_at,
    state_since, accepted_at, filed_at, dispatched_at, started_at, fed_back_at, checked_at, closed_at,
    updated_at, reported_by, accepted_by, filed_by, dispatched_by, handled_by, checked_by, closed_by,
    inspector_id, is_urgent, is_key, is_automatic, is_touched, extensions, returns, reworks, joined,
    recurrences)
  SELECT pg_temp.id_at(reported_at, i),
    left(grid, 6) || to_char(reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad((CASE WHEN over THEN i % 80000 ELSE 80000 + i % 20000 END)::text, 5, '0'),
    9, state, source, kind_of,
    CASE WHEN kind_of = 'part' THEN left(grid, 6) || (condition ->> 'class') || lpad((i % 1000000)::text, 6, '0') END,
    CASE WHEN source = 'device' THEN 'wrong-' || i END, 'yuncheng', condition ->> 'class',
    condition ->> 'condition', CASE WHEN pg_temp.u(i, 15) < 0.1 THEN 'critical' ELSE 'warning' END,
    condition ->> 'title',
    ($7::text[])[1 + floor(pg_temp.u(i, 16) * 8)] || ($9::text[])[1 + floor(pg_temp.u(i, 17) * 5)],
    CASE WHEN source = 'device' THEN 'cover-' || i % 50000 END,
    CASE WHEN source = 'device' THEN 'cover-displaced' END,
    CASE WHEN kind_of = 'part' THEN left(grid, 6) || (condition ->> 'class') || lpad((i % 1000000)::text, 6, '0') END,
    grid, left(grid, 6), grid,
    CASE WHEN source = 'device' THEN 'network-' || i % ${CITY.networks} END,
    111 + pg_temp.u(i, 18) * 0.2, 35 + pg_temp.u(i, 19) * 0.2,
    CASE WHEN pg_temp.u(i, 20) < 0.9 THEN ($7::text[])[1 + floor(pg_temp.u(i, 21) * 8)]
      || (1 + floor(pg_temp.u(i, 22) * 300)) || '号' || ($8::text[])[1 + floor(pg_temp.u(i, 23) * 6)]
      || CASE WHEN i % 34000 = 7 THEN '，${RARE_TEXT}' ELSE '' END END,
    '市政设施维护中心', CASE WHEN was_sent THEN 'department-' || ${skewed(CITY.departments, 24)} END,
    CASE WHEN source = 'device' THEN jsonb_build_object('episodeId', md5(i::text), 'rule', 'cover-displaced',
      'evidence', (SELECT jsonb_agg(jsonb_build_object('measuredAt', n + i, 'values',
        jsonb_build_object('tilt_deg', n + 20, 'battery_pct', 88))) FROM generate_series(1, 6) AS n)) END,
    1, 'working-day',
    CASE WHEN over OR state = 'parked' THEN NULL ELSE reported_at + (1 + pg_temp.u(i, 25) * 4000) * interval '1 minute' END,
    CASE WHEN over OR state = 'parked' THEN NULL ELSE reported_at + interval '1 minute' END,
    CASE WHEN NOT over AND late < 0.15 THEN 'overdue' ELSE 'none' END,
    CASE WHEN was_sent THEN due_at END, CASE WHEN was_sent THEN due_at END,
    CASE WHEN was_filed THEN reported_at + interval '3 days' END, NULL,
    CASE WHEN late BETWEEN 0.06 AND 0.08 THEN 'overdue' ELSE 'none' END,
    CASE WHEN late < 0.01 THEN ARRAY['file'] WHEN late < 0.02 THEN ARRAY['dispatch']
      WHEN late < 0.06 THEN ARRAY['handle'] WHEN late < 0.08 THEN ARRAY['handle', 'case']
      WHEN late < 0.1 THEN ARRAY['check'] ELSE '{}' END,
    CASE WHEN over THEN NULL ELSE reported_at + interval '2 days' END, reported_at,
    CASE WHEN over THEN check_at ELSE reported_at + interval '1 hour' END,
    CASE WHEN was_accepted THEN accept_at END, CASE WHEN was_filed THEN file_at END,
    CASE WHEN was_sent THEN dispatch_at END, CASE WHEN was_sent THEN dispatch_at END,
    CASE WHEN was_fed THEN feed_at END, CASE WHEN state IN ('checked', 'closed') THEN check_at END,
    CASE WHEN state = 'closed' THEN check_at + interval '10 minutes' END, check_at,
    CASE WHEN source = 'inspector' THEN pg_temp.account(1, pg_temp.u(i, 26) * ${CITY.inspectors}) END,
    CASE WHEN was_accepted THEN pg_temp.account(2, pg_temp.u(i, 27) * ${CITY.acceptors}) END,
    CASE WHEN was_filed THEN pg_temp.account(3, pg_temp.u(i, 28) * ${CITY.dutyOfficers}) END,
    CASE WHEN was_sent THEN pg_temp.account(4, pg_temp.u(i, 29) * ${CITY.dispatchers}) END,
    CASE WHEN was_fed THEN pg_temp.account(5, pg_temp.u(i, 30) * 400) END,
    CASE WHEN state IN ('checked', 'closed') THEN pg_temp.account(1, pg_temp.u(i, 31) * ${CITY.inspectors}) END,
    CASE WHEN state = 'closed' THEN pg_temp.account(3, pg_temp.u(i, 32) * ${CITY.dutyOfficers}) END,
    CASE WHEN state IN ('verifying', 'checking') THEN pg_temp.account(1, pg_temp.u(i, 33) * ${CITY.inspectors}) END,
    pg_temp.u(i, 34) < 0.05, pg_temp.u(i, 35) < 0.01, false, true,
    CASE WHEN pg_temp.u(i, 36) < 0.05 THEN 1 ELSE 0 END, CASE WHEN pg_temp.u(i, 37) < 0.03 THEN 1 ELSE 0 END,
    CASE WHEN pg_temp.u(i, 38) < 0.04 THEN 1 ELSE 0 END, 0, CASE WHEN pg_temp.u(i, 39) < 0.29 THEN 1 ELSE 0 END
  FROM checked ORDER BY i`

const code = (digits: number, number: string): string => `lpad((${number})::text, ${digits}, '0')`

/** Those whom evaluation names: grids, departments as a tree, and the accounts of the centre. */
const PEOPLE_AND_PLACES = [
  `INSERT INTO unit_grid (code, district, street, community, geometry)
   SELECT '1408' || ${code(2, 'd')} || ${code(3, 's')} || ${code(3, 'c')} || ${code(3, 'g')},
     '第' || d || '区', '第' || s || '街道', '第' || c || '社区', '{}'
   FROM generate_series(1, ${CITY.districts}) AS d, generate_series(1, ${CITY.streets}) AS s,
     generate_series(1, ${CITY.communities}) AS c, generate_series(1, ${CITY.grids}) AS g`,
  "INSERT INTO department (id, name) SELECT 'bureau-' || n, '第' || n || '局' FROM generate_series(0, 3) AS n",
  `INSERT INTO department (id, parent_id, name)
   SELECT 'department-' || n, 'bureau-' || n % 4, '第' || n || '处'
   FROM generate_series(0, ${CITY.departments - 1}) AS n`,
  ...Object.entries({
    inspector: [1, CITY.inspectors],
    acceptor: [2, CITY.acceptors],
    'duty-officer': [3, CITY.dutyOfficers],
    dispatcher: [4, CITY.dispatchers],
  }).map(
    ([role, [post, count = 0]]) =>
      `INSERT INTO account (id, login, name, roles, areas)
       SELECT pg_temp.account(${post}, n), '${role}-' || n, '员' || n, ARRAY['${role}'],
         CASE '${role}' WHEN 'inspector' THEN ARRAY['1408' || ${code(2, `1 + n % ${CITY.districts}`)}
           || ${code(3, `1 + n % ${CITY.streets}`)} || ${code(3, `1 + n % ${CITY.communities}`)}]
         ELSE '{}' END
       FROM generate_series(0, ${count - 1}) AS n`,
  ),
]

/** Of each case what happened to it, with a row of `changes` as long as they are. */
const EVENTS = `
  INSERT INTO case_event (id, case_id, sequence, at, type, actor_id, actor_name, actor_role, origin,
    detail, changes)
  SELECT pg_temp.id_at(e.at, hashtextextended(c.id::text, e.sequence)), c.id, e.sequence, e.at, e.type,
    e.actor, '张三', e.role, 'api', '{}',
    CASE WHEN e.sequence = 1 THEN to_jsonb(c) - 'words' ELSE jsonb_build_object(
      'state', c.state, 'stateSince', e.at, 'deadlineAt', (extract(epoch FROM e.at) * 1000)::bigint + 3600000,
      'soonAt', (extract(epoch FROM e.at) * 1000)::bigint + 3000000, 'deadlineMark', 'none',
      'nextAlarmAt', (extract(epoch FROM e.at) * 1000)::bigint + 3000000) END
  FROM case_record AS c, LATERAL (VALUES
    (1, 'opened', c.reported_at, c.reported_by, 'inspector'),
    (2, 'accepted', c.accepted_at, c.accepted_by, 'acceptor'),
    (3, 'filed', c.filed_at, c.filed_by, 'duty-officer'),
    (4, 'dispatched', c.dispatched_at, c.dispatched_by, 'dispatcher'),
    (5, 'started', c.started_at, c.handled_by, 'department-handler'),
    (6, 'fed-back', c.fed_back_at, c.handled_by, 'department-handler'),
    (7, 'post-check-asked', c.fed_back_at + (c.checked_at - c.fed_back_at) / 2, c.accepted_by, 'acceptor'),
    (8, 'post-checked', c.checked_at, c.checked_by, 'inspector'),
    (9, 'closed', c.closed_at, c.closed_by, 'duty-officer')
  ) AS e(sequence, type, at, actor, role)
  WHERE e.at IS NOT NULL AND c.reported_at >= $1
  ORDER BY e.at`
