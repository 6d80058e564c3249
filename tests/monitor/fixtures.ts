import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import type { Rule } from '#model/rule.ts'
import { epochMs, minutes, seconds } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { Monitor, type MonitorParts } from '#monitor/monitor.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { type BoundRule, bindRule } from '#rules/bind-rule.ts'
import { compileRule } from '#rules/compiled-rule.ts'
import { effectiveParams } from '#rules/effective-params.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'
import { ALWAYS } from '#rules/silence.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import type { MemoryLedger } from './memory-ledger.ts'

export const device = (id: string, kind = 'manhole-cover', more: Partial<Device> = {}): Device =>
  bareDevice(id, kind, {
    place: { lon_deg: 111, lat_deg: 35 },
    reportingInterval: minutes(1),
    ...more,
  })

export const START = epochMs(Date.UTC(2026, 10, 1))

export function reading(
  of: Device,
  atSeconds: number,
  values: Readonly<Record<string, ChannelValue | undefined>>,
  seq = 0,
): Reading {
  const measuredAt = epochMs(START + atSeconds * 1_000)
  const channels = findKind(of.kind)?.channels ?? []
  return {
    device: of,
    measuredAt,
    seq,
    receivedAt: measuredAt,
    serverClock: false,
    values: channels.map(({ name }) => values[name]),
    extra: null,
  }
}

/** A rule that says no more than it is told to. */
export const plainRule = (more: Partial<Rule> & Pick<Rule, 'id'>): Rule => ({
  kinds: ['manhole-cover'],
  title: { en: more.id, zh: more.id },
  source: 'test',
  phenomenon: more.id,
  where: {},
  params: {},
  schedule: null,
  when: null,
  silent: null,
  hold: seconds(0),
  gap: null,
  clear: more.when === undefined || more.when === null ? null : `!(${more.when})`,
  clearHold: seconds(0),
  cooldown: seconds(0),
  verify: null,
  severity: 'warning',
  levels: [],
  outcome: { case: 'none' },
  neighbours: null,
  mass: null,
  ...more,
})

export const rule = (more: Partial<Rule> & Pick<Rule, 'id'>): RuleInForce => {
  const plain = plainRule(more)
  return { rule: plain, compiled: compileRule(plain), version: null }
}

/** A city without areas, in China. */
export const CITY_DATA: CityData = {
  areas: {},
  schedules: [],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
}

/** A rule with its parameters as they stand, for a device that reports each minute. */
export function bound(
  { rule: { params }, compiled: [first] }: ParsedRule,
  { interval = minutes(1), presence = ALWAYS, data = CITY_DATA } = {},
): BoundRule {
  if (!first) throw new Error('a rule has a kind')
  const effective = effectiveParams(params, device('any'), [])
  return bindRule(first, { effective, interval }, { ...cityOf(data), presence })
}

const METRICS = createMetrics()

export const nowhere: Surroundings = {
  gridOf: () => undefined,
  part: () => undefined,
  gridAddress: () => undefined,
}

export const startMonitor = (
  ledger: MemoryLedger,
  rules: readonly RuleInForce[],
  more: Partial<MonitorParts> = {},
): Promise<Monitor> =>
  Monitor.start({
    inForce: { rules, city: cityOf(CITY_DATA) },
    devices: { find: (id) => ledger.devices.get(id), all: () => ledger.devices.values() },
    silenceGrace: minutes(5),
    windowsMaxBytes: Infinity,
    ledger,
    history: ledger,
    surroundings: nowhere,
    city: { district: '140802' },
    clock: systemClock,
    log: silentLogger,
    metrics: METRICS,
    wait: async () => undefined,
    ...more,
  })

export const batchOf = (readings: readonly Reading[]) => ({
  readings,
  rejections: [],
  resolved: [],
})
