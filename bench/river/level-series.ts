import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { type EpochMs, epochMs, parseInstant } from '#model/time.ts'

/** A level as a gauge measured it. */
export interface Level {
  readonly at: EpochMs
  readonly level_mm: number
}

/** From the first reading above a mark to the first that is not; null: to the end. */
export interface Interval {
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs | null
}

/**
 * What a threshold without a hold must report, said as plainly as can be: over the readings in the
 * order of time, each instant once.
 */
export function intervalsAbove(levels: readonly Level[], mark_mm: number): readonly Interval[] {
  const intervals: Interval[] = []
  let startedAt: EpochMs | null = null
  for (const { at, level_mm } of inOrder(levels)) {
    if (startedAt === null && level_mm > mark_mm) startedAt = at
    else if (startedAt !== null && level_mm <= mark_mm) {
      intervals.push({ startedAt, endedAt: at })
      startedAt = null
    }
  }
  return startedAt === null ? intervals : [...intervals, { startedAt, endedAt: null }]
}

/** Ascending, of each instant the first that came. */
export function inOrder(levels: readonly Level[]): readonly Level[] {
  const first = new Map<number, Level>()
  for (const level of levels) if (!first.has(level.at)) first.set(level.at, level)
  return [...first.values()].sort((a, b) => a.at - b.at)
}

/**
 * Reads a recording of a gauge: a CSV file, packed or not.
 *
 * @param factor millimetres of one unit of the file, whatever its column is called
 */
export function readLevels(
  file: string,
  { time, level, factor }: { time: string; level: string; factor: number },
): readonly Level[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const rows = parse(text, { columns: true, skip_empty_lines: true }) as Record<string, string>[]
  return rows.flatMap((row) => {
    const at = parseInstant(row[time] ?? '')
    const value = Number.parseFloat(row[level] ?? '')
    if (at === undefined || !Number.isFinite(value)) return []
    return [{ at, level_mm: Math.round(value * factor) }]
  })
}

const TIDE_MS = 44_714_000
const SPRING_MS = 14.765 * 86_400_000
const STEP_MS = 900_000

/**
 * A made-up tidal river with what recordings have: a reading about every quarter of an hour, hours
 * without any, instants that are there twice.
 *
 * @param chance a number from 0 to 1 at each call
 */
export function tidalLevels(from: EpochMs, days: number, chance: () => number): readonly Level[] {
  const levels: Level[] = []
  const end = from + days * 86_400_000
  for (let at: number = from; at < end; at += STEP_MS) {
    if (chance() < 0.004) at += Math.round(chance() * 20) * STEP_MS
    const jittered = epochMs(Math.round(at + chance() * 4_000))
    const spring = 1 + 0.3 * Math.cos((2 * Math.PI * at) / SPRING_MS)
    const tide = Math.cos((2 * Math.PI * at) / TIDE_MS)
    const level_mm = Math.round(800 + 1_600 * spring * tide + 60 * (chance() - 0.5))
    levels.push({ at: jittered, level_mm })
    if (chance() < 0.01) levels.push({ at: jittered, level_mm: level_mm + 5_000 })
  }
  return levels
}
