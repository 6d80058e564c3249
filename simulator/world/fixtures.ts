import { createHash } from 'node:crypto'
import { findClass } from '#model/catalogue.ts'
import type { Part } from '#model/part.ts'
import { pickWeighted, splitRandom } from '#simulator/random/random.ts'
import { departmentsOf } from './departments.ts'
import { findSpot, type Ground, type Spot } from './spot.ts'
import { DISTRICT, EDITION } from './yuncheng.ts'

/** What flows below a cover or through a gauge, as far as it decides what can go wrong there. */
export type Medium = 'sewage' | 'stormwater' | 'water' | 'heat' | 'gas' | 'light'

/** One device of the demo city and the part it sits on. */
export interface SimulatedDevice {
  /** Its place among all devices of the city. */
  readonly index: number
  readonly id: string
  readonly kind: string
  /** From 1, among its kind. */
  readonly number: number
  readonly secret: string
  readonly label: string
  readonly group: string
  readonly medium: Medium | null
  /** Null for what moves. */
  readonly spot: Spot | null
  readonly part: Part | null
}

/** A part that stands in the city, watched by a device or not. */
export type Standing = Pick<SimulatedDevice, 'kind' | 'medium' | 'spot' | 'part'>

interface Setting {
  readonly classDigits: string
  readonly medium: Medium | null
  readonly weight: number
  /** Serials of parts of the same class that belong to another kind of device begin elsewhere. */
  readonly serialFrom: number
}

const setting = (
  classDigits: string,
  medium: Medium | null,
  weight: number,
  serialFrom = 0,
): Setting => ({ classDigits, medium, weight, serialFrom })

interface Stand {
  /** In device ids. */
  readonly short: string
  /** In labels; null takes the name of the part. */
  readonly noun: string | null
  /** Metres from the middle of the street. */
  readonly reach_m: readonly [number, number]
  readonly settings: readonly Setting[]
}

const STANDS: Readonly<Record<string, Stand>> = {
  'manhole-cover': {
    short: 'cover',
    noun: null,
    reach_m: [1, 5],
    settings: [
      setting('0102', 'sewage', 40),
      setting('0103', 'stormwater', 30),
      setting('0101', 'water', 12),
      setting('0110', 'heat', 7),
      setting('0111', 'gas', 6),
      setting('0106', 'light', 5),
    ],
  },
  'bin-sensor': {
    short: 'bin',
    noun: '垃圾箱',
    reach_m: [6, 9],
    settings: [setting('0305', null, 1)],
  },
  'pipe-gauge': {
    short: 'gauge',
    noun: '管网监测仪',
    reach_m: [1, 6],
    settings: [setting('0102', 'sewage', 3, 500_000), setting('0193', 'water', 2)],
  },
}

/** A device that stays where it is, with its part. Depends on seed, kind and number alone. */
export function placeFixture(
  seed: string,
  kind: string,
  number: number,
  ground: Ground,
): Omit<SimulatedDevice, 'index'> {
  const stand = STANDS[kind] as Stand
  const random = splitRandom(seed, 'fixture', kind, number)
  const { classDigits, medium, serialFrom } = pickWeighted(random, stand.settings)
  const spot = findSpot(random, ground, stand.reach_m)
  const name = findClass(EDITION, 'part', classDigits)?.minorName ?? classDigits
  const departments = departmentsOf(classDigits, spot.subdistrict)
  const id = deviceId(seed, stand.short, number)
  return {
    id,
    kind,
    number,
    secret: deviceSecret(seed, id),
    label: `${spot.street}${stand.noun ?? name}${number}号`,
    group: spot.subdistrict,
    medium,
    spot,
    part: {
      id: DISTRICT + classDigits + String(serialFrom + number).padStart(6, '0'),
      name,
      supervisingDepartment: departments.supervising,
      owningDepartment: departments.owning,
      maintainingDepartment: departments.maintaining,
      gridCode: spot.gridCode,
      state: 'intact',
      ...spot.place,
      address: spot.address,
    },
  }
}

const CREWS: Readonly<Record<string, { short: string; group: string; label: string }>> = {
  'refuse-truck': { short: 'truck', group: '环卫清运车队', label: '清运车晋M·H' },
  'patrol-terminal': { short: 'patrol', group: '城管监督员', label: '监督员' },
}

/** A truck or an inspector's terminal. */
export function manCrew(
  seed: string,
  kind: string,
  number: number,
): Omit<SimulatedDevice, 'index'> {
  const crew = CREWS[kind] as (typeof CREWS)[string]
  const id = deviceId(seed, crew.short, number)
  return {
    id,
    kind,
    number,
    secret: deviceSecret(seed, id),
    label: `${crew.label}${String(number).padStart(4, '0')}`,
    group: crew.group,
    medium: null,
    spot: null,
    part: null,
  }
}

const deviceId = (seed: string, short: string, number: number): string =>
  `sim-${seed}-${short}-${String(number).padStart(6, '0')}`

/**
 * Anyone who knows the seed can work it out: right for a city that is not there. 32 characters, so
 * that the server hashes it as lightly as a random one.
 */
const deviceSecret = (seed: string, id: string): string =>
  createHash('sha256')
    .update(`wanmi simulated device\n${seed}\n${id}`)
    .digest('base64url')
    .slice(0, 32)
