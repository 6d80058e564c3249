import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import { messageOf } from '#model/error.ts'
import { channelIndex, type DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { Sample } from './fold.ts'
import type { ParsedRule } from './parse-rule.ts'
import { distance_m } from './place/movement.ts'
import type { TestDevice } from './rule-test-document.ts'
import { parseSeries } from './series.ts'
import { parseTrack, type TrackPoint } from './track.ts'

/** Where a part lies of which only the class is said. */
const DISTRICT = '140802'
/** Not a channel: by how much the clock of the device is ahead. */
const AHEAD = 'ahead_s'
const FIX = ['lon_deg', 'lat_deg'] as const
const SPEED = 'speed_kmh'

/** When a test takes place. */
export interface TestTime {
  readonly start: EpochMs
  /** From one value to the next. */
  readonly interval: DurationMs
}

/** The kind that a device of a test is of, where the rule is for one that may be it. */
export function testKind({ rule }: ParsedRule, device: TestDevice): DeviceKind | undefined {
  if (device.kind !== undefined) return findKind(device.kind)
  const kinds = rule.kinds.map(findKind).filter((kind) => kind !== undefined)
  const names = channelNames(device)
  return kinds.find((kind) => names.every((name) => channelIndex(kind, name) >= 0)) ?? kinds.at(0)
}

const channelNames = ({ series = {}, track }: TestDevice): readonly string[] => [
  ...Object.keys(series).filter((name) => name !== AHEAD),
  ...(track === undefined ? [] : FIX),
]

/** A device as the registry would know it. */
export function testDevice(
  id: string,
  kind: DeviceKind,
  given: TestDevice,
  reportingInterval: DurationMs,
): Device {
  const { gridCode = null, partClass, lon_deg, lat_deg, group = null, attributes = {} } = given
  const district = gridCode?.slice(0, 6) ?? DISTRICT
  const part = partClass === undefined ? null : `${district}${partClass}000001`
  return {
    id,
    kind: kind.name,
    label: null,
    place: lon_deg === undefined || lat_deg === undefined ? null : { lon_deg, lat_deg },
    address: null,
    partId: given.partId ?? part,
    gridCode,
    group,
    attributes,
    coordinateSystem: 'wgs84',
    reportingInterval,
    enabled: true,
  }
}

/**
 * The readings of a device, ascending; instants at which it tells nothing are left out.
 *
 * @throws RangeError with the path within the device and what is wrong there
 */
export function testSamples(
  kind: DeviceKind,
  device: TestDevice,
  { start, interval }: TestTime,
): readonly Sample[] {
  const columns = columnsOf(device, interval, kind)
  for (const { name, path } of columns) {
    if (name !== AHEAD && channelIndex(kind, name) < 0) {
      throw new RangeError(`${path}: a ${kind.name} has no channel ${name}`)
    }
  }
  const length = Math.max(0, ...columns.map(({ values }) => values.length))
  return Array.from({ length }, (_, at): Sample => {
    const values: (ChannelValue | undefined)[] = kind.channels.map(() => undefined)
    let ahead_ms = 0
    for (const column of columns) {
      const value = column.values[at]
      if (column.name === AHEAD) ahead_ms = typeof value === 'number' ? value * 1_000 : 0
      else values[channelIndex(kind, column.name)] = value
    }
    const measuredAt = epochMs(start + at * interval)
    return { measuredAt, receivedAt: epochMs(measuredAt - ahead_ms), seq: 0, values }
  }).filter(({ values }) => values.some((value) => value !== undefined))
}

interface Column {
  readonly name: string
  readonly path: string
  readonly values: readonly (ChannelValue | undefined)[]
}

function columnsOf(
  { series = {}, track }: TestDevice,
  interval: DurationMs,
  kind: DeviceKind,
): readonly Column[] {
  const columns = Object.entries(series).map(([name, text]): Column => {
    const path = `/series/${name}`
    return { name, path, values: read(path, () => parseSeries(String(text))) }
  })
  if (track === undefined) return columns
  const twice = FIX.find((name) => series[name] !== undefined)
  if (twice) throw new RangeError(`/series/${twice}: is in the track as well`)
  const path = '/track'
  const points = read(path, () => parseTrack(track))
  const fix = FIX.map((name) => ({ name, path, values: points.map((point) => point?.[name]) }))
  if (series[SPEED] !== undefined || channelIndex(kind, SPEED) < 0) return [...columns, ...fix]
  return [...columns, ...fix, { name: SPEED, path, values: speedsOf(points, interval) }]
}

function read<Value>(path: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (cause) {
    throw new RangeError(`${path}: ${messageOf(cause)}`, { cause })
  }
}

/** From the fix before to each; the first stands. */
function speedsOf(
  points: readonly (TrackPoint | undefined)[],
  interval: DurationMs,
): readonly (number | undefined)[] {
  let before: { readonly point: TrackPoint; readonly index: number } | undefined
  return points.map((point, index) => {
    if (!point) return undefined
    const from = before
    before = { point, index }
    if (!from) return 0
    const metres = distance_m(fixAt(from.point), fixAt(point))
    const kmh = (metres * 3_600) / ((index - from.index) * interval)
    return Number(kmh.toFixed(1))
  })
}

const fixAt = (point: TrackPoint) => ({
  ...point,
  at: epochMs(0),
  speed_kmh: undefined,
  accuracy_m: undefined,
})
