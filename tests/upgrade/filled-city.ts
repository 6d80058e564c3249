import type { Pool } from 'pg'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import { DEFAULT_POLICY } from '#model/filing-policy.ts'
import { readingTable } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { epochMs, minutes } from '#model/time.ts'
import { DEFAULT_PERIODS } from '#model/work-periods.ts'
import { CityStaff } from '#tests/service/city-staff.ts'
import { HandClock, LivingCity } from '#tests/service/living-city.ts'

/** A Tuesday, ten in the morning in the city. */
export const START = epochMs(Date.UTC(2026, 10, 10, 2))
/** The one reading of `cover` that a test may send again. */
export const KNOWN_READING = { measuredAt: START + 60_000, tilt_deg: 1 }

const DISPLACED = `
id: cover-displaced
kind: manhole-cover
title: { en: cover displaced, zh: 井盖移位 }
source: our default
params: { angle_deg: { default: 15.0, unit: deg, min: 1, max: 90 } }
when: tilt_deg > params.angle_deg
hold: 2m
clear: tilt_deg < 5.0
clearHold: 1m
verify: 10m
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

interface FillOptions {
  readonly databaseUrl: string
  readonly pool: Pool
  /** For rule files. */
  readonly folder: string
}

/**
 * Fills a database with a small city that has lived for an hour and has something in every table:
 * devices of every kind, a case that was closed, one that is being handled and one that was reported.
 */
export async function fillCity({ databaseUrl, pool, folder }: FillOptions): Promise<void> {
  const rules = { 'cover-displaced': DISPLACED }
  const city = await LivingCity.start({ databaseUrl, folder, rules, clock: new HandClock(START) })
  try {
    const staff = new CityStaff(city)
    await register(city, staff)
    for (const kind of KINDS) await city.add([deviceOf(kind.name)], {}, kind.name)
    await city.live(minutes(2), [
      'cover',
      'second-cover',
      ...KINDS.map(({ name }) => deviceOf(name)),
    ])
    await caseOf(city, staff, 'cover', true)
    await caseOf(city, staff, 'second-cover', false)
    await staff.ask('acceptor', '/api/v1/reports', {
      source: 'hotline',
      kind: 'event',
      class: '0110',
      description: '暴露垃圾',
      lon_deg: 111,
      lat_deg: 35,
    })
    await city.publish('cover', [{ measuredAt: 'yesterday', tilt_deg: 1 }])
  } finally {
    await city.stop()
  }
  await insertTheRest(pool)
}

const deviceOf = (kind: string): string => `of-kind-${kind}`

async function register(city: LivingCity, staff: CityStaff): Promise<void> {
  await staff.hireAll()
  await city.send('POST', '/api/v1/parts', { id: '1408020102000042', name: '污水井盖42号' })
  await city.send('POST', '/api/v1/webhooks', { title: 'another', url: 'http://127.0.0.1:9/away' })
  await city.add(['cover'], { partId: '1408020102000042' })
  await city.add(['second-cover'])
}

/** A cover is tilted until there is a case of it, which is handled, and closed or not. */
async function caseOf(
  city: LivingCity,
  staff: CityStaff,
  cover: string,
  isClosed: boolean,
): Promise<void> {
  for (let minute = 0; minute < 4; minute++) {
    city.clock.move(60_000)
    city.measure([cover], { tilt_deg: 30 })
    await city.flush([cover])
    await city.service.tick()
  }
  const id = (await city.cases()).find(({ deviceId }) => deviceId === cover)?.id ?? ''
  await staff.act('acceptor', id, 'accept')
  await staff.act('duty-officer', id, 'file')
  await staff.act('dispatcher', id, 'dispatch', { departmentId: 'water' })
  await staff.act('department-handler', id, 'start')
  if (!isClosed) return
  await staff.act('department-handler', id, 'feed-back', { reason: '井盖已复位' })
  const inspectorId = staff.of('inspector').id
  await staff.act('acceptor', id, 'ask-post-check', { inspectorId })
  await staff.act('inspector', id, 'post-check', { passed: true, reason: '已恢复原位' })
  await staff.act('duty-officer', id, 'close')
}

const json = (value: unknown): string => `'${JSON.stringify(value)}'`
const SQUARE = {
  type: 'Polygon',
  coordinates: [
    [
      [111, 35],
      [111.01, 35],
      [111.01, 35.01],
      [111, 35.01],
      [111, 35],
    ],
  ],
}

/** What nobody did over the API is written as the API would. */
async function insertTheRest(pool: Pool): Promise<void> {
  await pool.query(`
    INSERT INTO unit_grid (code, district, street, community, geometry) VALUES
      ('140802001001001', '盐湖区', '中城', '解放路', ${json(SQUARE)});
    INSERT INTO area (id, title_en, title_zh, geometry) VALUES
      ('square', 'square', '广场', ${json(SQUARE)});
    INSERT INTO city_line (id, class, geometry, bounds, length_m, from_zoom) VALUES
      ('WS-1', 'sewer', '{"type":"LineString","coordinates":[[111,35],[111.01,35]]}',
       '(111.01,35),(111,35)', 911, 14);
    INSERT INTO duty_grid (code, title, unit_grids) VALUES
      ('D1', '一号责任网格', '{140802001001001}');
    INSERT INTO command (id, device_id, name, args, state, created_at, expires_at) VALUES
      ('00000000-0000-7000-8000-000000000001', 'cover', 'reboot', '{}', 'expired',
       '2026-11-10T02:00:00Z', '2026-11-10T03:00:00Z');
    INSERT INTO rule_override (rule_id, param, scope, key, value, author, updated_at)
      SELECT id, 'angle_deg', 'device', 'cover', '20', 'somebody', now() FROM rule LIMIT 1;
    INSERT INTO rule_test (rule_id, document, revision, author, updated_at)
      SELECT id, 'rule: ' || id, 1, 'somebody', now() FROM rule LIMIT 1;
    INSERT INTO filing_policy (kind, condition, policy, updated_at, updated_by) VALUES
      ('manhole-cover', 'missing-or-displaced', ${json(DEFAULT_POLICY)}, now(), 'somebody');
    INSERT INTO dispatch_rule (id, kind, class, area_code, department_id, updated_at, updated_by)
      VALUES ('00000000-0000-7000-8000-000000000002', 'part', '0102', '140802', 'water', now(), 'x');
    INSERT INTO session (id, token_hash, account_id, way, created_at, last_seen_at, expires_at)
      SELECT '00000000-0000-7000-8000-000000000003', '\\x0102', id, 'password', now(), now(),
        '2027-01-01' FROM account LIMIT 1;
    INSERT INTO work_day (day, type, name, author, updated_at) VALUES
      ('2027-01-01', 'holiday', '元旦', 'somebody', now());
    INSERT INTO work_hours (periods, hours_per_working_day, author, updated_at) VALUES
      (${json(DEFAULT_PERIODS)}, 7.5, 'somebody', now());
    INSERT INTO work_calendar_known (until_year, author, updated_at) VALUES (2027, 'x', now());
    INSERT INTO attachment (id, sha256, media_type, size_bytes, uploader_name, uploaded_at) VALUES
      ('00000000-0000-7000-8000-000000000004', decode(repeat('ab', 32), 'hex'), 'image/jpeg', 3,
       'somebody', now());
    INSERT INTO loose_file (id, since) VALUES ('00000000-0000-7000-8000-000000000005', now());
    INSERT INTO evaluation_configuration (version, document, created_at, created_by) VALUES
      (1, ${json(DEFAULT_EVALUATION)}, now(), 'somebody');
    INSERT INTO reading_top (kind, channel, most, hour, devices, numbers) VALUES
      ('manhole-cover', 'tilt_deg', 'max', '2026-11-10T02:00:00Z', '{cover}', '{30}');
    INSERT INTO reading_top_hour (kind, hour) VALUES ('manhole-cover', '2026-11-10T02:00:00Z');
    INSERT INTO reading_day (kind, device_id, day, hours, readings, least) VALUES
      ('manhole-cover', 'cover', '2026-11-09', '{10}', '{1}', '{30}');
    INSERT INTO reading_day_done (kind, day) VALUES ('manhole-cover', '2026-11-09');
    INSERT INTO reading_day_late (kind, day, device_id) VALUES
      ('manhole-cover', '2026-11-09', 'second-cover');
    INSERT INTO spool_mark (generation, record, drained_at) VALUES
      ('00000000-0000-4000-8000-000000000006', 7, now());
    INSERT INTO integration (account_id, source, system, reads_all, updated_at, updated_by)
      SELECT id, 'outside', 'platform', true, now(), 'somebody' FROM account LIMIT 1;
    INSERT INTO outside_case (system, number, case_id, version, record, handed_at, handed_by)
      SELECT 'platform', 'A-1', id, 1, '{}', now(), 'somebody' FROM case_record LIMIT 1`)
}

/** How many rows each table has. */
export async function countRows(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> 'schema_migration' ORDER BY 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of rows) {
    const { rows } = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`)
    counts[name] = rows[0]?.n ?? 0
  }
  return counts
}

export const READING_TABLES = KINDS.map(readingTable)
