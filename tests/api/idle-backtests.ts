import type { Device } from '#model/device.ts'
import { milliseconds } from '#model/time.ts'
import { BacktestDesk } from '#monitor/backtest/backtest-desk.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { CITY_DATA } from '#tests/monitor/fixtures.ts'

/** Where rules can be tried, and nothing is ever found. */
export const idleBacktests = (devices: () => Iterable<Device>): BacktestDesk =>
  new BacktestDesk({
    run: async () => Promise.resolve({ readings: 0, found: [[]], heard: [] }),
    rules: [],
    cityData: () => CITY_DATA,
    listened: async () => Promise.resolve([]),
    silenceGrace: milliseconds(0),
    devices,
    known: async () => Promise.resolve([]),
    surroundings: {
      gridOf: () => undefined,
      part: () => undefined,
      gridAddress: () => undefined,
    },
    city: { timeZone: 'Asia/Shanghai' },
    clock: systemClock,
    log: silentLogger,
  })
