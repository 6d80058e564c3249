/**
 * What the rules cost, `npm run bench -- fold`: readings of 1,000 covers, one a minute each,
 *
 * - through the fold alone, with ten of the shipped rules for a cover and with all of them;
 * - through the monitor, with all of them and with none, and a ledger that answers at once.
 *
 * Prints nanoseconds of one core per reading, the median of several rounds that take turns.
 */
import { loadRules } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import { channelIndex } from '#model/kind.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs, minutes } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { type BoundRule, bindRule } from '#rules/bind-rule.ts'
import { QUIET, type RuleState, step } from '#rules/fold.ts'
import { blankMemory, jointLookback, perceive, remember } from '#rules/memory.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'
import { ALWAYS } from '#rules/silence.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import { inForce, monitorAlone } from './monitor-alone.ts'

const DEVICES = 1_000
const READINGS = 400
const ROUNDS = 5
/** The promise: ten rules for each device cost no more than this. */
const PROMISED_NS = 3_000

const START = Date.UTC(2026, 5, 1)
const CITY: CityData = {
  areas: {},
  schedules: [...(await loadSchedules(null)).values()],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
}
const city = { ...cityOf(CITY), presence: ALWAYS }
const devices = Array.from({ length: DEVICES }, (_, index) =>
  bareDevice(`cover-${index}`, manholeCover.name, {
    place: { lon_deg: 111, lat_deg: 35 + index / 10_000 },
    reportingInterval: minutes(1),
  }),
)

/** All quiet, every channel there, a little noise: what nearly every reading is. */
const ROUND: readonly (readonly Reading[])[] = Array.from({ length: READINGS }, (_, minute) =>
  devices.map((device, index): Reading => {
    const at = epochMs(START + minute * 60_000)
    const noise = ((minute * 7 + index * 13) % 11) / 10
    const named: Readonly<Record<string, number | boolean>> = {
      tilt_deg: 1 + noise,
      lid_open: false,
      level_mm: 300 + 10 * noise,
      ch4_pct_lel: noise,
      h2s_ppm: noise,
      vibration_count: 1,
      temperature_celsius: 12 + noise,
      battery_pct: 80,
      rssi_dbm: -90,
    }
    const values = manholeCover.channels.map(({ name }) => named[name])
    return {
      device,
      measuredAt: at,
      seq: 0,
      receivedAt: at,
      serverClock: false,
      values,
      extra: null,
    }
  }),
)
if (channelIndex(manholeCover, 'tilt_deg') < 0) throw new Error('covers have another form now')

const rules = (await loadRules(null)).filter(({ rule }) => rule.kinds.includes(manholeCover.name))

/** Nanoseconds of one core per reading. */
function costOf(work: () => void): number {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return ((user + system) * 1_000) / (DEVICES * READINGS)
}

function foldAlone(own: readonly ParsedRule[]): number {
  const bound = own.flatMap(({ rule, compiled }) => {
    const mine = compiled.find(({ kind }) => kind === manholeCover)
    const [device] = devices
    if (!mine || !device) return []
    return [bindRule(mine, { effective: city.effective(rule, device), interval: minutes(1) }, city)]
  })
  const lookback = jointLookback(bound.map((rule) => rule.lookback))
  const states = devices.map(() => ({
    memory: blankMemory(),
    rules: bound.map((): RuleState => QUIET),
  }))
  return costOf(() => {
    for (const readings of ROUND) {
      for (const [index, reading] of readings.entries()) {
        const state = states[index]
        if (!state) continue
        perceive(state.memory, lookback, reading)
        for (let at = 0; at < bound.length; at++) {
          const before = state.rules[at] as RuleState
          state.rules[at] = step(bound[at] as BoundRule, before, reading, state.memory)
        }
        remember(state.memory, lookback, reading)
      }
    }
  })
}

async function throughMonitor(own: readonly ParsedRule[]): Promise<number> {
  const byId = new Map(devices.map((device) => [device.id, device]))
  const monitor = await monitorAlone(
    own.map(({ rule }) => inForce(rule)),
    CITY,
    { find: (id) => byId.get(id), all: () => devices },
  )
  const begun = process.cpuUsage()
  for (let at = 0; at < READINGS; at += 4) {
    await monitor.process({
      readings: ROUND.slice(at, at + 4).flat(),
      rejections: [],
      resolved: [],
    })
  }
  const { user, system } = process.cpuUsage(begun)
  return ((user + system) * 1_000) / (DEVICES * READINGS)
}

const TEN = rules.slice(0, 10)
const rounds: Record<string, number[]> = {}
for (let round = 0; round <= ROUNDS; round++) {
  const figures = {
    [`fold, ${TEN.length} rules`]: foldAlone(TEN),
    [`fold, all ${rules.length} rules`]: foldAlone(rules),
    [`monitor, all ${rules.length} rules`]: await throughMonitor(rules),
    'monitor, no rules': await throughMonitor([]),
  }
  // The first round is for the compiler.
  if (round === 0) continue
  for (const [name, figure] of Object.entries(figures)) (rounds[name] ??= []).push(figure)
}
const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
console.table(
  Object.entries(rounds).map(([what, figures]) => ({
    what,
    'ns per reading': Math.round(median(figures)),
    rounds: figures.map(Math.round).join(' '),
  })),
)
console.log(`the ten: ${TEN.map(({ rule }) => rule.id).join(', ')}`)
const ten = median(rounds[`fold, ${TEN.length} rules`] ?? [])
console.log(`promised for ten: ${PROMISED_NS} ns; ${ten <= PROMISED_NS ? 'kept' : 'BROKEN'}`)
if (ten > PROMISED_NS) process.exitCode = 1
