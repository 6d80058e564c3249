import { expect, test } from 'vitest'
import type { Finding, PlacedFinding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs, hours, minutes, plus } from '#model/time.ts'
import type { Archive } from '#monitor/backtest/archive-port.ts'
import { BacktestDesk, type BacktestRequest } from '#monitor/backtest/backtest-desk.ts'
import { runBacktest } from '#monitor/backtest/run-backtest.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { CITY_DATA, device, nowhere, reading, START } from './fixtures.ts'

const GRID = '140802001001001'
const COVERS = Array.from({ length: 6 }, (_, index) =>
  device(`cover-${index}`, 'manhole-cover', {
    place: { lon_deg: 111 + index * 0.0002, lat_deg: 35 },
    partId: `140802010200000${index}`,
    gridCode: GRID,
    group: 'north',
  }),
)
const SURROUNDINGS = { ...nowhere, part: () => ({ department: 'drainage', address: null }) }

/** Readings in memory, in one slice, and how far back anybody looked. */
class MemoryArchive implements Archive {
  readonly #readings: ReadonlyMap<string, readonly Reading[]>
  readonly limits: (number | null)[] = []

  constructor(readings: readonly Reading[]) {
    this.#readings = Map.groupBy(readings, (each) => each.device.id)
  }

  async *slices({ from, to }: Parameters<Archive['slices']>[0]) {
    const entries = [...this.#readings].map(([id, own]) => {
      const within = own.filter(({ measuredAt }) => measuredAt >= from && measuredAt < to)
      return [id, within] as const
    })
    yield await Promise.resolve({ until: to, byDevice: new Map(entries) })
  }

  async before({ devices, before, since, limit }: Parameters<Archive['before']>[0]) {
    this.limits.push(limit)
    const entries = devices.map((id) => {
      const own = (this.#readings.get(id) ?? []).filter(
        ({ measuredAt }) => measuredAt < before && measuredAt >= (since ?? 0),
      )
      const readings = limit === null ? own : own.slice(-limit)
      return [id, { readings, whole: since === null && readings.length === own.length }] as const
    })
    return Promise.resolve(new Map(entries))
  }

  async episodes() {
    return Promise.resolve([])
  }
}

const TILTED = `
id: tilted
kind: manhole-cover
title: { en: tilted, zh: 倾斜 }
source: a test
params: { angle_deg: { default: 15.0, unit: deg, min: 1, max: 90 } }
when: tilt_deg > params.angle_deg
neighbours: { atLeast: 3, within_m: 30, during: 10m }
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`
const SILENT = `
id: silent
kind: manhole-cover
title: { en: silent, zh: 失联 }
source: a test
silent: 10m
severity: notice
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`
const MASS = `mass: { of: group, share: 0.5, atLeast: 3, during: 1h, title: { en: outage, zh: 断网 },
  phenomenon: outage, severity: critical, outcome: { case: none } }\n`

async function tried(
  readings: readonly Reading[],
  request: Pick<BacktestRequest, 'rule'> & Partial<BacktestRequest>,
  archive = new MemoryArchive(readings),
) {
  const desk = new BacktestDesk({
    run: (order, signal, onProgress) => runBacktest(order, archive, signal, onProgress),
    rules: [parseRule(TILTED, 'tilted')],
    cityData: () => CITY_DATA,
    listened: () => Promise.resolve([{ from: START, to: plus(START, hours(24)) }]),
    silenceGrace: minutes(5),
    devices: () => COVERS,
    known: () => Promise.resolve([]),
    surroundings: SURROUNDINGS,
    city: { timeZone: 'Asia/Shanghai' },
    clock: systemClock,
    log: silentLogger,
  })
  const span = { from: START, to: plus(START, hours(3)), where: {}, against: null }
  const { id } = desk.start({ ...span, ...request })
  await desk.idle()
  const { state, report, fault } = desk.get(id)
  expect([state, fault]).toEqual(['done', null])
  if (!report) throw new Error('a trial that is done has a report')
  return { report, findings: desk.findings(id) }
}

/** One reading a minute for two hours; from the first hour on some are tilted for ten minutes. */
const tiltedBy = (degrees: readonly number[]): readonly Reading[] =>
  COVERS.flatMap((cover, index) =>
    Array.from({ length: 120 }, (_, minute) =>
      reading(cover, minute * 60, {
        tilt_deg: minute >= 60 && minute < 70 ? (degrees[index] ?? 1) : 1,
      }),
    ),
  )

const ofRole = (findings: readonly PlacedFinding[], role: Finding['role']) =>
  findings.filter((finding) => finding.role === role)

test('groups and members are counted apart, and only the group asks for a case', async () => {
  const { report, findings } = await tried(tiltedBy([20, 20, 20, 1, 1, 20]), {
    rule: { ruleId: 'tilted' },
  })
  // Three stand side by side; the fourth, alone, is part of no group.
  expect(report).toMatchObject({ episodes: 1, groups: 1, members: 4, cases: 1 })
  const tally = { episodes: 1, members: 4, cases: 1 }
  expect(report.perDepartment).toEqual([{ name: 'drainage', ...tally }])
  expect(report.perGrid).toEqual([{ name: GRID, ...tally }])
  expect(report.perDay).toEqual([{ name: '2026-11-01', ...tally }])
  expect(report.busiest).toHaveLength(4)
  expect(ofRole(findings, 'group')).toMatchObject([
    {
      deviceId: 'cover-0',
      group: 1,
      devices: ['cover-0', 'cover-1', 'cover-2'],
      objectId: COVERS[0]?.partId,
      severity: 'critical',
      asksForCase: true,
      isKnown: false,
    },
  ])
  const members = ofRole(findings, 'member')
  expect(members.map(({ deviceId, group, asksForCase }) => [deviceId, group, asksForCase])).toEqual(
    [
      ['cover-0', 1, false],
      ['cover-1', 1, false],
      ['cover-2', 1, false],
      ['cover-5', null, false],
    ],
  )
})

test('another mark is tried without editing the rule, beside the one in force', async () => {
  const rule = { ruleId: 'tilted', params: { angle_deg: 10 } }
  const { report, findings } = await tried(tiltedBy([12, 12, 20, 20, 20, 1]), {
    rule,
    against: { ruleId: 'tilted' },
  })
  // The group that was of three is of five, and the same group still.
  expect(report).toMatchObject({ groups: 1, members: 5 })
  expect(report.compared).toEqual({ appeared: 0, vanished: 0, changed: 1, same: 0 })
  const changes = ofRole(findings, 'member').map(({ deviceId, difference }) => [
    deviceId,
    difference,
  ])
  expect(changes).toEqual([
    ['cover-0', 'appeared'],
    ['cover-1', 'appeared'],
    ['cover-2', 'same'],
    ['cover-3', 'same'],
    ['cover-4', 'same'],
  ])
})

test('with a higher mark on one side a group is gone', async () => {
  const rule = { document: TILTED, params: { angle_deg: 18 } }
  const { report } = await tried(tiltedBy([16, 20, 20]), { rule, against: { ruleId: 'tilted' } })
  expect(report).toMatchObject({ groups: 0, members: 2, cases: 0 })
  expect(report.compared).toEqual({ appeared: 0, vanished: 1, changed: 0, same: 0 })
})

test('silences that become one mass silence are gone, and it appears', async () => {
  const readings = tiltedBy([]).filter(
    ({ measuredAt, device: { id } }) =>
      id > 'cover-3' || measuredAt < START + 3_600_000 || measuredAt > START + 5_400_000,
  )
  const to = plus(START, hours(2))
  const { report, findings } = await tried(readings, {
    rule: { document: `${SILENT}${MASS}` },
    against: { document: SILENT },
    to,
  })
  expect(report).toMatchObject({ episodes: 1, groups: 1, members: 4, cases: 0 })
  expect(report.compared).toEqual({ appeared: 1, vanished: 4, changed: 0, same: 0 })
  expect(ofRole(findings, 'group')).toMatchObject([
    { objectId: 'mass:group:north', scope: 'group:north', severity: 'critical' },
  ])
})

test.each([
  ['a parameter that there is not', { angle: 10 }, /no parameter angle to try: it has angle_deg/],
  ['a value out of its range', { angle_deg: 100 }, /angle_deg to try is at most 90/],
  ['a value of another type', { angle_deg: 'steep' }, /angle_deg to try is a number/],
])('%s is refused', async (_, params, reason) => {
  const trial = tried([], { rule: { ruleId: 'tilted', params } })
  await expect(trial).rejects.toThrow(Rejected)
  await expect(trial).rejects.toThrow(reason)
})

test('what no reading tells is not looked for back to the first of them', async () => {
  const [mute] = COVERS as [Device]
  const years = Array.from({ length: 20_000 }, (_, minute) =>
    reading(mute, -minute * 60 - 60, { lid_open: true }),
  ).toReversed()
  for (const rule of [{ ruleId: 'tilted' }, { document: TILTED }]) {
    const archive = new MemoryArchive(years)
    const { findings } = await tried(years, { rule, from: epochMs(START) }, archive)
    expect(findings).toEqual([])
    expect(Math.max(...archive.limits.map((limit) => limit ?? Infinity))).toBe(1_024)
  }
})

test('progress rises over several kinds of device, by how much each has to say', async () => {
  const truck = device('truck', 'refuse-truck', { place: null, reportingInterval: minutes(1) })
  const rule = { ...parseRule(SILENT.replace('manhole-cover', 'any'), 'any'), params: {} }
  const shares: number[] = []
  await runBacktest(
    {
      rules: [{ ...rule, isInForce: false }],
      devices: [...COVERS, truck],
      city: CITY_DATA,
      listened: [],
      silenceGrace: minutes(5),
      from: START,
      to: plus(START, hours(1)),
    },
    new MemoryArchive(tiltedBy([])),
    new AbortController().signal,
    ({ share }) => shares.push(share),
  )
  expect(shares).toEqual([expect.closeTo(6 / 7), 1])
})
