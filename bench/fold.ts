/**
 * What the rules cost: batches of readings of 1,000 covers through the monitor and the shipped
 * rules, with a ledger that answers at once. Prints nanoseconds per reading.
 */
import { loadRules } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import type { Device } from '#model/device.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs, minutes } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { Monitor } from '#monitor/monitor.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'

const DEVICES = 1_000
const BATCH = 4_000
const BATCHES = 150

const rules = await loadRules(null)
const city: CityData = {
  areas: {},
  schedules: [...(await loadSchedules(null)).values()],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
}
const devices = Array.from(
  { length: DEVICES },
  (_, index): Device => ({
    id: `cover-${index}`,
    kind: manholeCover.name,
    label: null,
    place: null,
    address: null,
    partId: null,
    gridCode: null,
    group: null,
    attributes: {},
    coordinateSystem: 'wgs84',
    reportingInterval: minutes(1),
    enabled: true,
  }),
)

async function run(withRules: boolean): Promise<number> {
  const monitor = await Monitor.start({
    inForce: {
      rules: withRules ? rules.map((rule) => ({ ...rule, version: 1 })) : [],
      city: cityOf(city),
    },
    devices: { find: () => undefined, all: () => [] },
    silenceGrace: minutes(5),
    ledger: {
      lastNumber: 0,
      commit: async ({ readings }) => ({ stored: readings.length, duplicates: 0, cases: [] }),
    },
    history: {
      latest: async () => new Map(),
      before: async () => [],
      from: async () => [],
      episodes: async () => [],
      episodesOf: async () => [],
      lastCleared: async () => new Map(),
      lastWith: async () => undefined,
      openEpisodes: async () => [],
      episodesOfRules: async () => [],
      listened: async () => [],
    },
    surroundings: { gridOf: () => undefined, part: () => undefined, gridAddress: () => undefined },
    city: { district: '140802' },
    clock: systemClock,
    log: silentLogger,
    metrics: createMetrics(),
  })
  let spent = 0
  for (let batch = 0; batch < BATCHES; batch++) {
    const readings = Array.from({ length: BATCH }, (_, index): Reading => {
      const at = epochMs(batch * BATCH + index)
      return {
        device: devices[index % DEVICES] as Device,
        measuredAt: at,
        seq: 0,
        receivedAt: at,
        serverClock: false,
        values: [index % 5, false, 300, 0, 0, 1, 12, 80, -90],
        extra: null,
      }
    })
    const begun = process.cpuUsage()
    await monitor.process({ readings, rejections: [], resolved: [] })
    const { user, system } = process.cpuUsage(begun)
    if (batch >= BATCHES / 3) spent += user + system
  }
  return (spent * 1_000) / ((BATCHES - BATCHES / 3) * BATCH)
}

const per = rules.filter(({ rule }) => rule.kinds.includes(manholeCover.name)).length
await run(true)
const [without, withThem] = [await run(false), await run(true)]
console.log(
  `${per} rules per cover: ${Math.round(withThem)} ns per reading; none: ${Math.round(without)} ns`,
)
