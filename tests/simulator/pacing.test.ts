import { describe, expect, test } from 'vitest'
import {
  type DurationMs,
  type EpochMs,
  epochMs,
  hours,
  minutes,
  plus,
  seconds,
} from '#model/time.ts'
import { localAddressOf } from '#simulator/fleet/local-address.ts'
import { openFilesLimit, requireOpenFiles } from '#simulator/fleet/open-files.ts'
import { performInTime } from '#simulator/fleet/perform-in-time.ts'
import { startOfRun } from '#simulator/fleet/start-of-run.ts'
import { VirtualClock } from '#simulator/fleet/virtual-clock.ts'
import type { Act } from '#simulator/network/act.ts'

const NOW = epochMs(Date.parse('2026-11-24T05:00:00Z'))
const PLANNED = epochMs(Date.parse('2026-06-10T00:30:00Z'))

/** A clock that goes on by what is waited for, and by nothing else. */
class FakeWall {
  at = NOW
  readonly pauses: number[] = []
  now = (): EpochMs => this.at
  pause = async (span_ms: number): Promise<void> => {
    this.pauses.push(span_ms)
    this.at = epochMs(this.at + span_ms)
  }
}

const actAt = (at: number): Act =>
  ({ type: 'up', at: epochMs(at), device: { index: 0, id: 'd' } }) as Act

interface Paced {
  readonly performed: readonly { readonly act: number; readonly wall: number }[]
  readonly wall: FakeWall
  readonly returned: boolean
}

/** An act each second of a run of ten, on a wall clock that only pauses move. */
async function paced(
  speed: number | null,
  options: {
    readonly startedAt?: EpochMs
    readonly room?: (wall: FakeWall, handed: number) => Promise<void>
    readonly stopAfter?: number
    readonly perSecond?: number
    readonly late?: number
  } = {},
): Promise<Paced> {
  const { startedAt = epochMs(NOW - 10_000), perSecond = 1, late = 0 } = options
  const wall = new FakeWall()
  const stopping = new AbortController()
  const performed: { act: number; wall: number }[] = []
  let returned = false
  function* stream(): Generator<Act, void> {
    try {
      for (let n = 0; n < 10 * perSecond; n += 1) {
        yield actAt(startedAt + Math.floor((n * 1_000) / perSecond))
      }
      for (let n = 0; n < late; n += 1) yield actAt(startedAt + 60_000 + n)
    } finally {
      returned = true
    }
  }
  const fleet = {
    perform: ({ at }: Act) => {
      performed.push({ act: at - startedAt, wall: wall.at - NOW })
      if (performed.length === options.stopAfter) stopping.abort()
    },
    room: () => options.room?.(wall, performed.length) ?? Promise.resolve(),
  }
  await performInTime(stream(), fleet, {
    clock: new VirtualClock({ startedAt, begunAt: NOW, speed }, wall),
    endedAt: plus(startedAt, seconds(10)),
    signal: stopping.signal,
    pause: wall.pause,
  })
  return { performed, wall, returned }
}

describe('pace', () => {
  test.each([
    [1, 10_000],
    [2, 5_000],
    [0.5, 20_000],
    [60, 167],
  ])('at %d times the speed ten seconds take %d ms, and no act comes early', async (speed, ms) => {
    const { performed, wall, returned } = await paced(speed)
    expect(performed.map(({ act }) => act)).toEqual(Array.from({ length: 10 }, (_, n) => n * 1_000))
    for (const { act, wall } of performed) {
      expect(wall).toBeGreaterThanOrEqual(Math.floor(act / speed))
      // A pause is at least 4 ms long.
      expect(wall).toBeLessThanOrEqual(act / speed + 5)
    }
    expect(wall.at - NOW).toBeGreaterThanOrEqual(ms - 1)
    expect(wall.at - NOW).toBeLessThanOrEqual(ms + 5)
    expect(Math.max(...wall.pauses)).toBeLessThanOrEqual(100)
    expect(returned).toBe(true)
  })

  test('without a clock everything comes at once, as far as there is room', async () => {
    const { performed, wall } = await paced(null, { perSecond: 1_000 })
    expect(performed).toHaveLength(10_000)
    expect(wall.pauses).toEqual([])
  })

  test('where there is no room it waits, and catches up afterwards', async () => {
    // For two seconds after the third act nothing is acknowledged.
    let stuck = true
    const { performed } = await paced(1, {
      room: async (wall, handed) => {
        if (handed < 3 || !stuck) return
        stuck = false
        await wall.pause(3_500)
      },
    })
    expect(performed.map(({ act }) => act)).toEqual(Array.from({ length: 10 }, (_, n) => n * 1_000))
    expect(performed[3]?.wall).toBeGreaterThanOrEqual(5_500)
    expect(performed[5]?.wall).toBeLessThan(5_600)
    expect(performed[9]?.wall).toBeLessThan(9_100)
  })

  test('what is under way at the end comes then, and is not waited for', async () => {
    const { performed, wall } = await paced(1, { late: 3 })
    expect(performed).toHaveLength(13)
    expect(performed.at(-1)?.wall).toBe(wall.at - NOW)
    expect(wall.at - NOW).toBeLessThan(10_200)
  })

  test('a stop ends it at once, also where it waits for room', async () => {
    const stopped = await paced(1, { stopAfter: 4 })
    expect(stopped.performed).toHaveLength(4)
    expect(stopped.returned).toBe(true)
    const full = new Promise<void>(() => undefined)
    const stuck = await paced(1, { stopAfter: 1, room: () => full })
    expect(stuck.performed).toHaveLength(1)
    expect(stuck.returned).toBe(true)
  })

  test('never passes the clock on the wall: who measures, measures in the past', async () => {
    const { performed, wall } = await paced(60, { startedAt: NOW })
    // Ten seconds from now take ten seconds at any speed.
    expect(wall.at - NOW).toBeGreaterThanOrEqual(10_000)
    for (const { act, wall } of performed) expect(act).toBeLessThanOrEqual(wall)
  })
})

describe('the start of a run', () => {
  const day = (speed: number | null) => ({ start: PLANNED, speed })
  const iso = (at: EpochMs): string => new Date(at).toISOString()

  test('is now in real time, when nobody says otherwise', () => {
    expect(startOfRun(day(1), hours(2), NOW, undefined)).toBe(NOW)
  })

  test('is the hour of the scenario, on the last day on which it ends before now', () => {
    const start = (duration: DurationMs): string =>
      iso(startOfRun(day(60), duration, NOW, undefined))
    expect(start(hours(2))).toBe('2026-11-24T00:30:00.000Z')
    expect(start(minutes(270))).toBe('2026-11-24T00:30:00.000Z')
    expect(start(plus(epochMs(minutes(270)), seconds(1)) as number as DurationMs)).toBe(
      '2026-11-23T00:30:00.000Z',
    )
    expect(iso(startOfRun(day(null), hours(30), NOW, undefined))).toBe('2026-11-22T00:30:00.000Z')
  })

  test('of a scenario in the future is brought into the past', () => {
    const future = { start: plus(PLANNED, hours(24 * 400)), speed: 60 }
    expect(iso(startOfRun(future, hours(2), NOW, undefined))).toBe('2026-11-24T00:30:00.000Z')
  })

  test('that is to be now lets the run end now', () => {
    expect(startOfRun(day(1), hours(2), NOW, 'now')).toBe(NOW)
    expect(startOfRun(day(60), hours(2), NOW, 'now')).toBe(NOW - hours(2) + minutes(2))
    expect(startOfRun(day(null), hours(2), NOW, 'now')).toBe(NOW - hours(2))
    expect(startOfRun(day(0.5), hours(2), NOW, 'now')).toBe(NOW)
  })

  test('may be told, but not in the future', () => {
    expect(startOfRun(day(1), hours(2), NOW, 'scenario')).toBe(PLANNED)
    expect(startOfRun(day(60), hours(2), NOW, NOW)).toBe(NOW)
    const ahead = epochMs(NOW + 1)
    expect(() => startOfRun(day(60), hours(2), NOW, ahead)).toThrow(/cannot begin in the future/)
  })
})

describe('a large fleet', () => {
  test('connects from as many addresses of this machine as it needs', () => {
    const here = { host: '127.0.0.1', port: 1883 }
    expect(localAddressOf(here, 0)).toBeUndefined()
    expect(localAddressOf(here, 24_999)).toBeUndefined()
    expect(localAddressOf(here, 25_000)).toBe('127.0.0.2')
    expect(localAddressOf(here, 99_999)).toBe('127.0.0.4')
    expect(localAddressOf({ host: 'city.example', port: 1883 }, 99_999)).toBeUndefined()
    expect(localAddressOf({ host: '10.0.0.1', port: 1883 }, 99_999)).toBeUndefined()
  })

  test('that does not fit into the limit of open files is refused in a sentence that helps', () => {
    expect(openFilesLimit()).toBeGreaterThan(100)
    expect(() => requireOpenFiles(19_900, 20_000)).not.toThrow()
    expect(() => requireOpenFiles(20_000, 20_000)).toThrow(
      '20000 connections need 20100 open files and this process may have 20000: ' +
        'raise the limit with ulimit -n 20100, or take fewer devices',
    )
    expect(() => requireOpenFiles(1_000_000, Number.POSITIVE_INFINITY)).not.toThrow()
  })
})
