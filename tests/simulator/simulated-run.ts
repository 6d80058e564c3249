import { expect } from 'vitest'
import type { ChannelValue } from '#model/channel.ts'
import { type DurationMs, epochMs, plus } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { scheduleIncidents } from '#simulator/incidents/schedule.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import { reportingIntervals } from '#simulator/stream/reporting.ts'
import { buildCity, type City } from '#simulator/world/city.ts'

export const startedAt = epochMs(Date.parse('2026-11-23T02:00:00Z'))

export interface SimulatedRun {
  readonly city: City
  readonly incidents: readonly Incident[]
  readonly readings: readonly SimulatedReading[]
}

export interface SimulatedReading {
  readonly deviceId: string
  readonly kind: string
  readonly at: number
  readonly values: Readonly<Record<string, ChannelValue>>
  readonly payload: string
}

/** Everything a fleet would send in that time, at once. */
export function simulate(
  seed: string,
  devices: number,
  rate: number,
  duration: DurationMs,
  variation = '',
): SimulatedRun {
  const city = buildCity({ seed, devices })
  const interval = reportingIntervals(city.devices, rate)
  const incidents = scheduleIncidents(city, { startedAt, duration, interval, variation })
  const stream = emissions(city, incidents, {
    startedAt,
    endedAt: plus(startedAt, duration),
    interval,
  })
  const readings = [...stream].map(({ at, device, payload }): SimulatedReading => {
    const { measuredAt, ...values } = JSON.parse(payload)
    expect(measuredAt).toBe(at)
    return { deviceId: device.id, kind: device.kind, at, values, payload }
  })
  return { city, incidents, readings }
}
/** The readings of each device of a kind. */
export const tracks = ({ readings }: SimulatedRun, kind: string): SimulatedReading[][] => [
  ...Map.groupBy(
    readings.filter((reading) => reading.kind === kind),
    ({ deviceId }) => deviceId,
  ).values(),
]

/** Each reading of a track with the one before it. */
export const pairs = (
  track: readonly SimulatedReading[],
): (readonly [SimulatedReading, SimulatedReading])[] =>
  track.slice(1).map((here, index) => [track[index] as SimulatedReading, here])
