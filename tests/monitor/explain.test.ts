import { expect, test } from 'vitest'
import type { Reading } from '#model/reading.ts'
import { epochMs, minutes, seconds } from '#model/time.ts'
import { COVER, explainerOf, opened } from './explained.ts'
import { batchOf, device, plainRule, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const RULES = [rule({ id: 'silent', silent: { span: seconds(60) } })]

const tilts = (...steps: readonly (readonly [number, number])[]): Reading[] =>
  steps.map(([second, tilt_deg]) => reading(COVER, second, { tilt_deg }))

test('a silence that lasts is told, and one that is too short says how long it has to be', async () => {
  const { ledger, monitor, put, ask } = await opened(RULES)
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
  const { monitor, put, ask } = await opened(RULES)
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
  const { monitor, put, ask } = await opened(RULES)
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
