import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import type { Rule } from '#model/rule.ts'
import { epochMs, minutes, seconds } from '#model/time.ts'
import { Monitor } from '#monitor/monitor.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { type CompiledRule, compileRule } from '#rules/compiled-rule.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import type { MemoryLedger } from './memory-ledger.ts'

export const device = (id: string, kind = 'manhole-cover', more: Partial<Device> = {}): Device => ({
  id,
  kind,
  label: null,
  place: { lon_deg: 111, lat_deg: 35 },
  address: null,
  partId: null,
  gridCode: null,
  group: null,
  attributes: {},
  coordinateSystem: 'wgs84',
  reportingInterval: minutes(1),
  enabled: true,
  ...more,
})

export const START = epochMs(Date.UTC(2026, 10, 1))

export function reading(
  of: Device,
  atSeconds: number,
  values: Readonly<Record<string, ChannelValue>>,
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

export const rule = (more: Partial<Rule> & Pick<Rule, 'id' | 'when'>): CompiledRule =>
  compileRule({
    kind: 'manhole-cover',
    title: { en: more.id, zh: more.id },
    source: 'test',
    phenomenon: more.id,
    hold: seconds(0),
    gap: null,
    clear: `!(${more.when})`,
    clearHold: seconds(0),
    severity: 'warning',
    outcome: { case: 'none' },
    ...more,
  })

const METRICS = createMetrics()

export const nowhere: Surroundings = {
  gridOf: () => undefined,
  part: () => undefined,
  gridAddress: () => undefined,
}

export const startMonitor = (
  ledger: MemoryLedger,
  rules: readonly CompiledRule[],
  surroundings = nowhere,
): Promise<Monitor> =>
  Monitor.start({
    rules,
    ledger,
    history: ledger,
    surroundings,
    city: { district: '140802' },
    clock: systemClock,
    log: silentLogger,
    metrics: METRICS,
    wait: async () => undefined,
  })

export const batchOf = (readings: readonly Reading[]) => ({
  readings,
  rejections: [],
  resolved: [],
})
