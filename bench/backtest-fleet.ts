import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { loadRules } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import type { Device } from '#model/device.ts'
import { readingTable } from '#model/kind.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { type DurationMs, type EpochMs, epochMs, plus } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import type { TriedRule } from '#monitor/backtest/tried-rule.ts'
import type { CityData } from '#monitor/city-data.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { CopyBuffer } from '#store/commit/copy-buffer.ts'
import { readingWriter } from '#store/commit/reading-writer.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'
import { bareDevice } from '#tests/support/bare-device.ts'

/** Covers that report at an interval, one shortly after the other. */
export const fleetOf = (count: number, reportingInterval: DurationMs): readonly Device[] =>
  Array.from({ length: count }, (_, index) =>
    bareDevice(`cover-${String(index).padStart(6, '0')}`, manholeCover.name, { reportingInterval }),
  )

/** Two that are shipped, which find something now and then; one whose channel nobody sends. */
export async function triedRules(mute: boolean): Promise<readonly TriedRule[]> {
  if (mute) return [{ ...parseRule(MUTE, 'mute'), params: {}, isInForce: true }]
  const shipped = await loadRules(null)
  const ids = ['cover-displaced', 'manhole-high-water']
  return shipped
    .filter(({ rule }) => ids.includes(rule.id))
    .map((rule) => ({ ...rule, params: {}, isInForce: true }))
}

const MUTE = `
id: mute
kind: manhole-cover
title: { en: mute, zh: 无声 }
source: a channel that is never sent
when: h2s_ppm > 10.0
severity: warning
outcome: { case: none }
`

export const benchCity = async (): Promise<CityData> => ({
  areas: {},
  schedules: [...(await loadSchedules(null)).values()],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
})

const ROWS_AT_ONCE = 50_000
const HOUR_MS = 3_600_000

/** Stores what a fleet measured from one instant to another by COPY, in the order of time. */
export async function storeReadings(
  client: ClientBase,
  fleet: readonly Device[],
  { from, to, native }: { readonly from: EpochMs; readonly to: EpochMs; readonly native: boolean },
): Promise<number> {
  if (native) {
    const [first, last] = [partitionOf(from), partitionOf(to)]
    const wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    await makePartitions(client, readingTable(manholeCover), wanted)
  }
  const writer = readingWriter(manholeCover)
  const buffer = new CopyBuffer()
  const sql = `COPY ${writer.table} (${writer.columns.join(', ')}) FROM STDIN (FORMAT binary)`
  let rows = 0
  const flush = async (): Promise<void> => {
    // Without the frames of CopyData and CopyDone, which the stream adds itself.
    await pipeline([buffer.messages().subarray(5, -5)], client.query(copyFrom(sql)))
    rows += buffer.rows
    buffer.reset()
  }
  buffer.reset()
  for (
    let at = from;
    at < to;
    at = plus(at, fleet[0]?.reportingInterval ?? (HOUR_MS as DurationMs))
  ) {
    for (const [index, device] of fleet.entries()) {
      const measuredAt = epochMs(at + (index % 1_000) * 7)
      writer.write(buffer, {
        device,
        measuredAt,
        seq: 0,
        receivedAt: epochMs(measuredAt + 1_000),
        serverClock: false,
        values: valuesAt(at, index),
        extra: null,
      })
      if (buffer.rows >= ROWS_AT_ONCE) await flush()
    }
  }
  if (buffer.rows > 0) await flush()
  await client.query(`ANALYZE ${writer.table}`)
  return rows
}

/** Every tenth day a cover lies askew for some hours; a few are high in water for part of a day. */
function valuesAt(at: EpochMs, index: number) {
  const hour = Math.floor(at / HOUR_MS) + index * 7
  const tilt_deg = hour % 240 < 5 ? 25 : 1 + (index % 10) / 5
  const level_mm = index % 20 === 0 && hour % 24 < 6 ? 2_800 : 500 + 40 * (hour % 24)
  return [tilt_deg, false, level_mm, 2, undefined, 3, 17.6, 88, -71]
}
