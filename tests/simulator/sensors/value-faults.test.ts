import { describe, expect, test } from 'vitest'
import { days, epochMs } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { biased } from '#simulator/sensors/faults/bias.ts'
import { drifting } from '#simulator/sensors/faults/drift.ts'
import type { Spell } from '#simulator/sensors/faults/spells.ts'
import { spiking } from '#simulator/sensors/faults/spikes.ts'
import { sticking } from '#simulator/sensors/faults/stuck.ts'
import { SENSOR_RANGES } from '#simulator/sensors/sensor-range.ts'
import { after, isLikely, sampled, saying, startedAt } from './bench.ts'

const level = { channel: 'level_mm', range: SENSOR_RANGES['manhole-cover'].level_mm }
const rising = saying((seconds) => ({ level_mm: seconds, lid_open: false, battery_pct: 80 }))

describe('a biased channel', () => {
  test('is off by the same amount at any time, and no other channel is', () => {
    const sensor = biased(rising, level, 150)
    expect(sensor(after(0))).toEqual({ level_mm: 150, lid_open: false, battery_pct: 80 })
    expect(sensor(after(900))).toEqual({ level_mm: 1_050, lid_open: false, battery_pct: 80 })
  })

  test('stays where its sensor ends', () => {
    expect(biased(rising, level, -150)(after(100))).toMatchObject({ level_mm: 0 })
    expect(biased(rising, level, 4_000)(after(2_000))).toMatchObject({ level_mm: 5_000 })
  })

  test('a silent sensor stays silent, one without the channel says what it said', () => {
    expect(biased(() => null, level, 9)(after(0))).toBeNull()
    const dry = saying(() => ({ battery_pct: 80 }))
    expect(biased(dry, level, 9)(after(0))).toEqual({ battery_pct: 80 })
  })
})

test('a drifting channel is right at first and off by as much more each day', () => {
  const calm = saying(() => ({ level_mm: 1_000 }))
  const sensor = drifting(calm, level, 40, startedAt)
  const read = [0, 0.5, 1, 10].map((day) => sensor(epochMs(startedAt + days(day)))?.['level_mm'])
  expect(read).toEqual([1_000, 1_020, 1_040, 1_400])
})

test('a spike is one reading, as often as its chance says, up as often as down', () => {
  const calm = saying(() => ({ level_mm: 2_000 }))
  const sensor = spiking(calm, level, splitRandom('s'), { chance: 0.1, size: 500 })
  const read = sampled(sensor, 60, 20_000).map((values) => values?.['level_mm'])
  const ups = read.filter((value) => value === 2_500).length
  const downs = read.filter((value) => value === 1_500).length
  expect(read.filter((value) => value === 2_000)).toHaveLength(20_000 - ups - downs)
  expect(isLikely(ups + downs, 20_000, 0.1)).toBe(true)
  expect(isLikely(ups, ups + downs, 0.5)).toBe(true)
})

describe('a stuck sensor', () => {
  const spell = (from: number, until: number): Spell => ({
    startedAt: after(from),
    endedAt: after(until),
    lot: 0,
    earlier: 0,
    earlier_ms: 0,
  })
  const aging = saying((seconds) => ({ level_mm: seconds, battery_pct: 90 - seconds / 100 }))

  test('says in a spell what it said first in it, but for its battery, and is right afterwards', () => {
    const stuck = spell(100, 300)
    const sensor = sticking(aging, (at) =>
      at >= stuck.startedAt && at < stuck.endedAt ? stuck : null,
    )
    const read = [90, 110, 200, 299, 300].map((seconds) => sensor(after(seconds)))
    expect(read.map((values) => values?.['level_mm'])).toEqual([90, 110, 110, 110, 300])
    expect(read.map((values) => values?.['battery_pct'])).toEqual([89.1, 88.9, 88, 87.01, 87])
  })

  test('gets stuck anew in each spell, also when one follows upon the other', () => {
    const [one, other] = [spell(0, 100), spell(100, 200)]
    const sensor = sticking(aging, (at) => (at < one.endedAt ? one : other))
    const read = [10, 90, 110, 190].map((seconds) => sensor(after(seconds))?.['level_mm'])
    expect(read).toEqual([10, 10, 110, 110])
  })
})
