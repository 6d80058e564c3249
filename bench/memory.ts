/**
 * What the monitor remembers, in bytes: `npm run bench -- memory [--devices 100000] [--rules 10]`.
 *
 * Covers send one reading after the other through a monitor whose ledger answers at once and keeps
 * nothing; after each the garbage is collected and the heap read. A device without a rule is what
 * else is kept of it; the figures of rules are beyond that, for each device and rule. The registry,
 * which holds the devices themselves, is not in them.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import type { Rule } from '#model/rule.ts'
import { epochMs, hours, milliseconds, minutes } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import type { CityData } from '#monitor/city-data.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import { inForce, monitorAlone } from './monitor-alone.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '100000' },
    rules: { type: 'string', default: '10' },
  },
})
const count = Number(values.devices)
const ruleCount = Number(values.rules)
const BATCH = 5_000
/** Readings that a window of an hour holds. */
const IN_WINDOW = 12
const START = Date.UTC(2026, 10, 25)

const devices = new Map(
  ['manhole-cover', 'refuse-truck'].map((kind) => [
    kind,
    Array.from({ length: count }, (_, index) => bareDevice(`${kind}-${index}`, kind)),
  ]),
)

const plain = (id: string, more: Partial<Rule>): Rule => ({
  id,
  kinds: ['manhole-cover'],
  title: { en: id, zh: id },
  source: 'bench',
  phenomenon: id,
  where: {},
  params: {},
  schedule: null,
  when: 'tilt_deg > 15.0',
  silent: null,
  hold: milliseconds(0),
  gap: null,
  clear: 'tilt_deg < 5.0',
  clearHold: milliseconds(0),
  cooldown: milliseconds(0),
  verify: null,
  severity: 'warning',
  levels: [],
  outcome: { case: 'none' },
  neighbours: null,
  mass: null,
  ...more,
})

const CITY: CityData = {
  areas: {
    depot: {
      type: 'Polygon',
      coordinates: [
        [
          [111, 35],
          [111.01, 35],
          [111.01, 35.01],
          [111, 35.01],
          [111, 35],
        ],
      ],
    },
  },
  schedules: [],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
}

const start = (rules: readonly Rule[]) => monitorAlone(rules.map(inForce), CITY)

interface Course {
  readonly kind?: string
  readonly rounds?: number
  readonly channels?: Readonly<Record<string, number>>
  /** In the last round. */
  readonly last?: Readonly<Record<string, number>>
}

/** Bytes of heap for each device, after so many readings of it. */
async function measure(
  rules: readonly Rule[],
  { kind = 'manhole-cover', rounds = 2, channels = {}, last = channels }: Course = {},
): Promise<number> {
  collect()
  const before = process.memoryUsage().heapUsed
  const monitor = await start(rules)
  const all = devices.get(kind) ?? []
  const columns = findKind(kind)?.channels ?? []
  for (let round = 0; round < rounds; round++) {
    const at = epochMs(START + round * minutes(5))
    const measured = round < rounds - 1 ? channels : last
    for (let from = 0; from < all.length; from += BATCH) {
      const readings = all.slice(from, from + BATCH).map(
        (device): Reading => ({
          device,
          measuredAt: at,
          seq: 0,
          receivedAt: at,
          serverClock: false,
          values: columns.map(({ name }) => measured[name]),
          extra: null,
        }),
      )
      await monitor.process({ readings, rejections: [], resolved: [] })
    }
  }
  collect()
  const bytes = (process.memoryUsage().heapUsed - before) / all.length
  // So that it is still there when the heap is read.
  if (monitor.stateOf(all[0]?.id ?? '') === undefined) throw new Error('nothing was remembered')
  return bytes
}

const rulesLike = (more: Partial<Rule>): readonly Rule[] =>
  Array.from({ length: ruleCount }, (_, index) => plain(`rule-${index}`, more))
const wrong = { channels: { tilt_deg: 20 } }
const right = { channels: { tilt_deg: 1 } }
const held = rulesLike({ hold: hours(24) })
const truckRule = plain('inside', {
  kinds: ['refuse-truck'],
  when: "inside('depot')",
  clear: "outside('depot')",
})
const driving = {
  kind: 'refuse-truck',
  channels: { lon_deg: 111.005, lat_deg: 35.02, speed_kmh: 8 },
}

await measure([], right)
const alone = await measure([], right)
const ofRules = async (rules: readonly Rule[], course: Course): Promise<number> =>
  Math.round(((await measure(rules, course)) - alone) / rules.length)
const truckAlone = await measure([], driving)
const windowed = await measure([plain('window', { when: "max(tilt_deg, '1h') > 15.0" })], {
  ...right,
  rounds: IN_WINDOW + 1,
})

console.log({
  devices: count,
  'rules of each': ruleCount,
  'a device without rules, bytes': Math.round(alone),
  'a rule at rest, bytes': await ofRules(rulesLike({}), right),
  'a rule that cools down, bytes': await ofRules(rulesLike({ cooldown: hours(24) }), {
    ...wrong,
    last: right.channels,
  }),
  'a rule pending, bytes': await ofRules(held, wrong),
  'a rule of silence that waits, bytes': await ofRules(
    rulesLike({ when: null, clear: null, silent: { span: hours(1) } }),
    right,
  ),
  'a rule with an open episode, bytes': await ofRules(rulesLike({}), wrong),
  'a channel that is looked back at, bytes': await ofRules(
    [plain('delta', { when: 'delta(tilt_deg) > 15.0' })],
    right,
  ),
  'a reading in a window, bytes': Math.round((windowed - alone) / IN_WINDOW),
  'an area and a truck, bytes': Math.round((await measure([truckRule], driving)) - truckAlone),
})
