import type { Explanation } from '#model/explanation.ts'
import type { Threshold } from '#model/threshold.ts'
import { milliseconds } from '#model/time.ts'
import { NOON, uuid } from '#tests/store/fixtures.ts'
import type { Town } from './two-districts.ts'

type Districts = readonly [Town, Town]

/** Has the same to say of every device, so that only who asks makes a difference. */
export const explainerOf = (ruleId: string, districts: Districts) => ({
  explain: ({ deviceId }: { readonly deviceId: string }) =>
    Promise.resolve(explanationOf(deviceId, districts)),
  thresholds: () => [thresholdOf(ruleId)],
})

/** Of any device: what is sensitive of it is which device one may ask about. */
const thresholdOf = (ruleId: string): Threshold => ({
  ruleId,
  version: 1,
  title: { en: 'tilted', zh: '倾斜' },
  part: 'when',
  severity: 'warning',
  channel: 'tilt_deg',
  measure: 'value',
  window_ms: null,
  comparison: '>',
  value: 15,
  unit: 'deg',
  isPartly: false,
  hold_ms: milliseconds(0),
  isScheduled: false,
})

const nobodyElse = { isCertain: true, condition: null, clear: null, places: [] }

/** As if every device were wrong together with one of each district, and had the case of both. */
const explanationOf = (deviceId: string, districts: Districts): Explanation => ({
  ...nobodyElse,
  deviceId,
  at: NOON,
  rule: null,
  reading: null,
  params: {},
  schedule: null,
  state: null,
  obstacles: [
    {
      why: 'neighbours',
      clause: null,
      names: districts.flatMap(({ devices }) => devices),
      from: null,
      until: null,
      count: 6,
      needed: 7,
    },
  ],
  episode: {
    id: uuid(1),
    startedAt: NOON,
    confirmedAt: NOON,
    endedAt: null,
    clearedAt: null,
    case: { id: districts[0].made.case, number: 'number of alpha', state: 'reported' },
    group: {
      id: uuid(2),
      scope: null,
      confirmedAt: NOON,
      clearedAt: null,
      case: { id: districts[1].made.case, number: 'number of beta', state: 'reported' },
    },
  },
})
