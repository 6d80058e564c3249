import { v7 as uuidv7 } from 'uuid'
import type { CaseProposal } from '#model/case.ts'
import type { ChannelValue } from '#model/channel.ts'
import type { Commit, EpisodeChange } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import type { Rejection } from '#model/rejection.ts'
import { type EpochMs, epochMs, minutes } from '#model/time.ts'
import { bareDevice } from '#tests/support/bare-device.ts'

export const NOON: EpochMs = epochMs(Date.UTC(2026, 10, 23, 4))

export const device = (id: string, kind = 'manhole-cover'): Device =>
  bareDevice(id, kind, { reportingInterval: minutes(60) })

/** A reading with the given channels, by name. */
export function reading(
  of: Device,
  measuredAt: number,
  channels: Readonly<Record<string, ChannelValue>> = {},
  more: Partial<Reading> = {},
): Reading {
  const kind = findKind(of.kind)
  return {
    device: of,
    measuredAt: epochMs(measuredAt),
    seq: 0,
    receivedAt: NOON,
    serverClock: false,
    values: kind?.channels.map(({ name }) => channels[name]) ?? [],
    extra: null,
    ...more,
  }
}

export const rejection = (more: Partial<Rejection> = {}): Rejection => ({
  id: uuidv7(),
  deviceId: 'cover-1',
  topic: 'wanmi/v1/cover-1/telemetry',
  payload: Uint8Array.of(0, 1, 0xff, 0xfe),
  item: null,
  receivedAt: NOON,
  reasons: [{ code: 'not-json', detail: 'unexpected end' }],
  replayOf: null,
  ...more,
})

export const commit = (number: number, more: Partial<Commit> = {}): Commit => ({
  number,
  at: NOON,
  readings: [],
  rejections: [],
  resolved: [],
  episodes: [],
  listened: null,
  ...more,
})

export const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

export const episode = (number: number, more: Partial<Episode> = {}): Episode => ({
  id: uuid(number),
  deviceId: 'cover-1',
  ruleId: 'cover-displaced',
  ruleVersion: 1,
  role: 'single',
  groupId: null,
  scope: null,
  phenomenon: 'displaced',
  severity: 'critical',
  grades: [{ at: epochMs(NOON + 10_000), severity: 'critical' }],
  startedAt: NOON,
  confirmedAt: epochMs(NOON + 10_000),
  endedAt: null,
  clearedAt: null,
  withdrawnAt: null,
  evidence: [{ measuredAt: NOON, seq: 3, values: { tilt_deg: 20.125, lid_open: true } }],
  ...more,
})

export const proposal = (more: Partial<CaseProposal> = {}): CaseProposal => ({
  kind: 'part',
  objectId: '1408020101000001',
  phenomenon: 'displaced',
  edition: 'cjt214-2007',
  class: '0101',
  condition: 'missing-or-displaced',
  severity: 'critical',
  title: "井盖移位 · a 'quoted' \\ title",
  deviceId: 'cover-1',
  ruleId: 'cover-displaced',
  partId: '1408020101000001',
  gridCode: null,
  district: '140802',
  place: { lon_deg: 111.006, lat_deg: 35.022 },
  address: null,
  department: null,
  limit: { amount: 2, unit: 'continuous-hour' },
  network: null,
  reportedAt: NOON,
  basis: null,
  ...more,
})

export const change = (of: Episode, openCase: CaseProposal | null = null): EpisodeChange => ({
  episode: of,
  openCase,
})
