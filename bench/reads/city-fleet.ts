import type { Device } from '#model/device.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { binSensor } from '#model/kinds/bin-sensor.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { patrolTerminal } from '#model/kinds/patrol-terminal.ts'
import { pipeGauge } from '#model/kinds/pipe-gauge.ts'
import { refuseTruck } from '#model/kinds/refuse-truck.ts'
import { minutes } from '#model/time.ts'
import { bareDevice } from '#tests/support/bare-device.ts'

/** Devices of one kind in the city of the bench. */
export interface FleetPart {
  readonly kind: DeviceKind
  readonly table: string
  /** What the ids of its devices begin with. */
  readonly name: string
  /** Of all devices. */
  readonly share: number
  /** A multiple of {@link STEP_MIN}. */
  readonly every_min: number
  /** In the order of the channels, of device `n` at `at` with a random number of [0, 1). */
  readonly values: (n: number, at: number, random: () => number) => (number | boolean | undefined)[]
}

/** All devices report at a step of so many minutes, each in its turn. */
export const STEP_MIN = 5

/** West, south, east, north of the city, some 28 km wide. */
export const CITY = { west: 110.85, south: 34.9, east: 111.15, north: 35.15 } as const

const DAY_MS = 86_400_000

/** From -1 to 1 in the course of a day, highest in the afternoon. */
const ofDay = (at: number): number => Math.sin(((at % DAY_MS) / DAY_MS) * 2 * Math.PI - 0.6)
const round = (value: number, step: number): number => Math.round(value / step) * step
const temperature = (at: number, random: () => number): number =>
  round(14 + 8 * ofDay(at) + 2 * random(), 0.1)
const battery = (n: number, at: number): number => 100 - ((n * 7 + Math.floor(at / DAY_MS)) % 80)

/** Where something that moves is, on an ellipse of its own through the city. */
function fixOf(n: number, at: number, random: () => number) {
  const turn = (at / DAY_MS) * (4 + (n % 9)) + n
  const reach = 0.2 + 0.75 * ((n * 0.618_034) % 1)
  const lon_deg =
    (CITY.west + CITY.east) / 2 + ((CITY.east - CITY.west) / 2) * reach * Math.cos(turn)
  const lat_deg =
    (CITY.south + CITY.north) / 2 + ((CITY.north - CITY.south) / 2) * reach * Math.sin(turn)
  const speed = round(45 * random(), 0.1)
  return [round(lon_deg, 1e-6), round(lat_deg, 1e-6), speed, round(360 * random(), 1)]
}

const PARTS: readonly Omit<FleetPart, 'table'>[] = [
  {
    kind: manholeCover,
    name: 'cover',
    share: 0.6,
    every_min: 60,
    values: (n, at, random) => [
      round(0.5 + (n % 17) / 6 + random(), 0.1),
      n % 997 === 0 && random() < 0.01,
      round(120 + (n % 400) + 60 * ofDay(at) + 40 * random(), 1),
      n % 3 === 0 ? undefined : round(3 * random(), 0.1),
      n % 3 === 0 ? undefined : round(0.8 * random(), 0.1),
      Math.floor(4 * random() * random()),
      temperature(at, random),
      battery(n, at),
      -60 - Math.floor(50 * random()),
    ],
  },
  {
    kind: binSensor,
    name: 'bin',
    share: 0.31,
    every_min: 60,
    values: (n, at, random) => [
      round((((at / DAY_MS) * 40 + n * 13) % 96) + 3 * random(), 1),
      round(2 * random(), 0.1),
      temperature(at, random),
      battery(n, at),
    ],
  },
  {
    kind: pipeGauge,
    name: 'gauge',
    share: 0.03,
    every_min: 5,
    values: (n, at, random) => [
      round(400 + (n % 300) + 150 * ofDay(at + n * 60_000) + 20 * random(), 1),
      round(20 + (n % 60) + 15 * ofDay(at) + 4 * random(), 0.1),
      round(280 + (n % 40) + 12 * random(), 0.1),
      temperature(at, random),
      round(700 + 200 * random(), 1),
      battery(n, at),
    ],
  },
  {
    kind: refuseTruck,
    name: 'truck',
    share: 0.02,
    every_min: 10,
    values: (n, at, random) => [
      ...fixOf(n, at, random),
      undefined,
      round((at / 600_000 + n * 31) % 9_000, 1),
      Math.floor(at / 900_000) % 1_000_000,
      random() < 0.1,
      random() < 0.7,
      round((at / 60_000) % 200_000, 0.1),
      round(20 + 70 * ((n * 0.37 + at / DAY_MS) % 1), 0.1),
    ],
  },
  {
    kind: patrolTerminal,
    name: 'terminal',
    share: 0.04,
    every_min: 60,
    values: (n, at, random) => [
      ...fixOf(n, at, random),
      round(3 + 12 * random(), 0.1),
      ofDay(at) > -0.5,
      false,
      battery(n, at),
    ],
  },
]

export const FLEET: readonly FleetPart[] = PARTS.map((part) => ({
  ...part,
  table: readingTable(part.kind),
}))

export const deviceId = (name: string, n: number): string => `${name}-${String(n).padStart(6, '0')}`

/** Of a kind the devices that there are when the city has so many in all. */
export function devicesOf({ kind, name, share, every_min }: FleetPart, inAll: number): Device[] {
  return Array.from({ length: Math.round(inAll * share) }, (_, n) =>
    bareDevice(deviceId(name, n), kind.name, { reportingInterval: minutes(every_min) }),
  )
}
