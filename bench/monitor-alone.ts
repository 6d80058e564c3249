import type { Rule } from '#model/rule.ts'
import { minutes } from '#model/time.ts'
import type { CityData } from '#monitor/city-data.ts'
import { cityOf } from '#monitor/city-data.ts'
import { Monitor, type MonitorParts } from '#monitor/monitor.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import type { Devices } from '#monitor/ports.ts'
import { compileRule } from '#rules/compiled-rule.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'

/** A rule made ready, whatever is written in no book. */
export const inForce = (rule: Rule): RuleInForce => ({
  rule,
  compiled: compileRule(rule),
  version: 1,
})

/** A monitor by itself: nothing was before unless `more` says so, and its ledger takes everything at once. */
export const monitorAlone = (
  rules: readonly RuleInForce[],
  city: CityData,
  devices: Devices = { find: () => undefined, all: () => [] },
  more: Partial<MonitorParts> = {},
): Promise<Monitor> =>
  Monitor.start({
    inForce: { rules, city: cityOf(city) },
    devices,
    silenceGrace: minutes(5),
    windowsMaxBytes: Infinity,
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
    ...more,
  })
