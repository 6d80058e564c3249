import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Explanation } from '#model/explanation.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { type EpochMs, epochMs, minutes, seconds } from '#model/time.ts'
import { Explainer } from '#monitor/explain/explainer.ts'
import type { Monitor } from '#monitor/monitor.ts'
import { tellState } from '#rules/explain/tell-state.ts'
import { batchOf, device, plainRule, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const COVER = device('cover')
const RULES = [
  rule({ id: 'threshold', when: 'level_mm > 2.0' }),
  rule({
    id: 'hysteresis',
    when: 'tilt_deg > 6.0',
    hold: seconds(20),
    gap: seconds(45),
    clear: 'tilt_deg < 3.0',
    clearHold: seconds(30),
    levels: [{ when: 'tilt_deg > 8.0', severity: 'critical' }],
  }),
  rule({ id: 'cools', when: 'level_mm > 3.0 && tilt_deg > 2.0', cooldown: seconds(90) }),
  rule({
    id: 'often',
    when: "count(lid_open || tilt_deg > 7.0, '1m') >= 3 && mean(tilt_deg, '1m') > 4.0",
    hold: seconds(10),
    clear: "count(tilt_deg > 7.0, '90s') == 0",
  }),
  rule({ id: 'change', when: 'delta(level_mm) > 1.0', hold: seconds(7), gap: seconds(30) }),
  rule({ id: 'silent', silent: { span: seconds(60) } }),
]

const someReading = fc
  .record({
    at: fc.integer({ min: 0, max: 60 }).map((step) => step * 7),
    seq: fc.integer({ min: 0, max: 1 }),
    level_mm: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    tilt_deg: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    lid_open: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(({ at, seq, ...channels }) => {
    const present = Object.entries(channels).filter(([, value]) => value !== undefined)
    return reading(COVER, at, Object.fromEntries(present) as Record<string, number>, seq)
  })

const someSet = fc.integer({ min: 1, max: 40 }).chain((length) =>
  fc.uniqueArray(someReading, {
    minLength: length,
    maxLength: length,
    selector: (item) => `${item.measuredAt} ${item.seq}`,
  }),
)

/** A monitor that was there all the time, whose clock stands where it is put. */
async function opened(ledger = new MemoryLedger()) {
  let now = START
  ledger.devices.set(COVER.id, COVER)
  const clock = { now: () => now }
  const monitor = await startMonitor(ledger, RULES, { clock })
  const explainer = explainerOf(monitor, ledger, clock)
  const put = (at: EpochMs): void => {
    now = at
  }
  const ask = (ruleId: string, at?: EpochMs): Promise<Explanation> =>
    explainer.explain({ deviceId: COVER.id, ruleId, at })
  return { ledger, monitor, put, ask }
}

const explainerOf = (
  monitor: Monitor,
  ledger: MemoryLedger,
  clock: { readonly now: () => EpochMs },
): Explainer =>
  new Explainer({
    history: ledger,
    devices: { find: (id) => ledger.devices.get(id) },
    monitor,
    book: () => [],
    episode: (id) => {
      const episode = ledger.stored.get(id)
      return Promise.resolve(episode && { episode, case: null, joined: false })
    },
    clock,
  })

const stateOf = (monitor: Monitor, ruleId: string, at: EpochMs) => {
  const state = monitor.stateOf(COVER.id)
  const index = state?.plan.rules.findIndex(({ bound }) => bound.rule.id === ruleId) ?? -1
  const bound = state?.plan.rules[index]?.bound
  const own = state?.rules[index]
  return bound && own && tellState(bound, own, at)
}

test('what is told is what the live rules know, whatever came in which order', async () => {
  const history = fc.record({
    readings: someSet,
    arrival: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
  })
  await fc.assert(
    fc.asyncProperty(history, async ({ readings, arrival, sizes }) => {
      const { ledger, monitor, put, ask } = await opened()
      const arriving = readings
        .map((item) => ({ item, at: arrival.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item)
      const now = epochMs(START + 800_000)
      put(now)
      while (arriving.length > 0) {
        await monitor.process(batchOf(arriving.splice(0, sizes.next().value as number)))
      }
      for (const { rule: of } of RULES) {
        const told = await ask(of.id)
        expect(told.isCertain).toBe(true)
        if (of.silent !== null) continue
        expect(told.state).toEqual(stateOf(monitor, of.id, now))
        const open = ledger.standing.find(
          ({ ruleId, clearedAt }) => ruleId === of.id && clearedAt === null,
        )
        expect(told.episode?.id).toBe(open?.id)
      }
      for (const episode of ledger.standing.filter(({ ruleId }) => ruleId !== 'silent')) {
        const then = await ask(episode.ruleId, episode.confirmedAt)
        // Another reading of that very instant may have cleared it.
        if (episode.clearedAt === episode.confirmedAt) continue
        expect(then.episode?.id).toBe(episode.id)
        expect(['active', 'clearing']).toContain(then.state?.phase)
      }
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2_000) },
  )
}, 120_000)

test('an instant of the past is told as it would have been told then, had all of it come', async () => {
  await fc.assert(
    fc.asyncProperty(someSet, fc.nat(60), async (readings, step) => {
      const at = epochMs(START + step * 7_000 + 3_000)
      const whole = await opened()
      whole.put(epochMs(START + 800_000))
      await whole.monitor.process(batchOf(readings.toSorted(compareReadings)))
      const then = await opened()
      then.put(at)
      const until = readings.filter(({ measuredAt }) => measuredAt <= at)
      await then.monitor.process(batchOf(until.toSorted(compareReadings)))
      for (const { rule: of } of RULES.filter(({ rule: { silent } }) => silent === null)) {
        const told = await whole.ask(of.id, at)
        expect(told.state?.phase).toBe((await then.ask(of.id)).state?.phase)
        if (until.length > 0) expect(told.state).toEqual(stateOf(then.monitor, of.id, at))
      }
    }),
    { numRuns: 1_000 },
  )
}, 120_000)

const tilts = (...steps: readonly (readonly [number, number])[]): Reading[] =>
  steps.map(([second, tilt_deg]) => reading(COVER, second, { tilt_deg }))

test('a silence that lasts is told, and one that is too short says how long it has to be', async () => {
  const { ledger, monitor, put, ask } = await opened()
  await monitor.tick()
  await monitor.process(batchOf(tilts([0, 1])))
  for (let second = 5; second <= 130; second += 5) {
    put(epochMs(START + second * 1_000))
    await monitor.tick()
  }
  const [episode] = ledger.standing
  const now = await ask('silent')
  expect(now).toMatchObject({
    state: { phase: 'silent' },
    condition: null,
    obstacles: [{ why: 'only-watched' }],
  })
  expect(now.episode?.id).toBe(episode?.id)
  const soon = await ask('silent', epochMs(START + 30_000))
  expect(soon.state).toMatchObject({ phase: 'heard', held_ms: 30_000, needed_ms: 60_000 })
  expect(soon.obstacles).toMatchObject([{ why: 'hold', until: START + 60_000 }])
})

test('what was not listened to is no silence', async () => {
  const { monitor, put, ask } = await opened()
  await monitor.tick()
  await monitor.process(batchOf(tilts([0, 1])))
  put(epochMs(START + 600_000))
  await monitor.tick()
  const told = await ask('silent')
  // Five minutes of grace after the break, and the minute that nothing may come.
  const until = START + 600_000 + 360_000
  expect(told.obstacles).toMatchObject([{ why: 'not-listened', from: START, until }])
})

test('a device that has just sent something old is talking', async () => {
  const { monitor, put, ask } = await opened()
  for (let second = 0; second <= 300; second += 5) {
    put(epochMs(START + second * 1_000))
    await monitor.tick()
  }
  await monitor.process(batchOf(tilts([10, 1])))
  const told = await ask('silent')
  expect(told.state?.phase).toBe('heard')
  expect(told.obstacles).toMatchObject([{ why: 'talking', until: START + 360_000 }])
})

test('why a device is alone is told with who is near', async () => {
  const ledger = new MemoryLedger()
  const near = plainRule({
    id: 'together',
    when: 'tilt_deg > 6.0',
    neighbours: { atLeast: 3, within_m: 50, during: minutes(10) },
  })
  const covers = [0, 0.0002, 0.01].map((east, index) =>
    device(`cover-${index}`, 'manhole-cover', { place: { lon_deg: 111 + east, lat_deg: 35 } }),
  )
  const clock = { now: () => epochMs(START + 60_000) }
  const monitor = await startMonitor(ledger, [rule(near)], { clock })
  for (const cover of covers) ledger.devices.set(cover.id, cover)
  await monitor.process(batchOf(covers.map((cover) => reading(cover, 10, { tilt_deg: 9 }))))
  const explainer = explainerOf(monitor, ledger, clock)
  const told = await explainer.explain({ deviceId: 'cover-0', ruleId: 'together', at: undefined })
  expect(told.obstacles).toMatchObject([
    { why: 'neighbours', count: 2, needed: 3, names: ['cover-0', 'cover-1'] },
  ])
})

test('a silence within a mass silence names it, and the case of that names its devices', async () => {
  const ledger = new MemoryLedger()
  const outcome = { case: 'part', condition: 'missing-or-displaced', class: '0102' } as const
  const mass = {
    of: 'group',
    share: 0.5,
    atLeast: 2,
    during: minutes(10),
    title: { en: 'many silent', zh: '大面积失联' },
    phenomenon: 'mass-silence',
    severity: 'warning',
    outcome,
  } as const
  const covers = ['cover-0', 'cover-1'].map((id) => device(id, 'manhole-cover', { group: 'north' }))
  let now = START
  const clock = { now: () => now }
  const rules = [rule({ id: 'silent', silent: { span: seconds(60) }, outcome, mass })]
  for (const cover of covers) ledger.devices.set(cover.id, cover)
  const monitor = await startMonitor(ledger, rules, { clock })
  await monitor.process(batchOf(covers.map((cover) => reading(cover, 0, { tilt_deg: 1 }))))
  for (let second = 5; second <= 130; second += 5) {
    now = epochMs(START + second * 1_000)
    await monitor.tick()
  }
  const told = await explainerOf(monitor, ledger, clock).explain({
    deviceId: 'cover-1',
    ruleId: 'silent',
    at: undefined,
  })
  expect(told).toMatchObject({
    state: { phase: 'silent', since: START, confirmedAt: START + 60_000 },
    obstacles: [{ why: 'mass-silence', names: ['group:north'] }],
    episode: { group: { scope: 'group:north' } },
  })
  const asked = ledger.commits.flatMap(({ episodes }) =>
    episodes.flatMap(({ openCase }) => openCase ?? []),
  )
  const place = { lon_deg: 111, lat_deg: 35 }
  const times = { startedAt: START, confirmedAt: START + 60_000 }
  expect(asked).toMatchObject([
    {
      basis: {
        episodeId: told.episode?.group?.id,
        title: mass.title,
        when: null,
        silence_ms: 60_000,
        listenedFrom: START,
        group: {
          atLeast: 2,
          share: 0.5,
          scope: 'group:north',
          deviceCount: 2,
          devices: [
            { id: 'cover-0', place, ...times },
            { id: 'cover-1', place, ...times },
          ],
        },
      },
    },
  ])
})

test('a rule that is for other devices, and a device that is not there', async () => {
  const ledger = new MemoryLedger()
  ledger.devices.set(COVER.id, COVER)
  const rules = [
    rule({ id: 'north', when: 'tilt_deg > 6.0', where: { group: 'north', device: COVER.id } }),
    rule({ id: 'trucks', kinds: ['refuse-truck'], when: 'speed_kmh > 60.0' }),
  ]
  const clock = { now: () => START }
  const explainer = explainerOf(await startMonitor(ledger, rules), ledger, clock)
  const ask = (deviceId: string, ruleId: string) =>
    explainer.explain({ deviceId, ruleId, at: undefined })
  expect(await ask(COVER.id, 'north')).toMatchObject({
    state: null,
    obstacles: [{ why: 'not-selected', names: ['group'] }],
  })
  expect((await ask(COVER.id, 'trucks')).obstacles).toMatchObject([{ names: ['kind'] }])
  await expect(ask('nobody', 'north')).rejects.toMatchObject({ code: 'not-found' })
  await expect(ask(COVER.id, 'nothing')).rejects.toMatchObject({ code: 'not-found' })
})
