import { expect, test } from 'vitest'
import { Broken, Rejected, Unavailable } from '#model/error.ts'
import { seconds } from '#model/time.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { batchOf, device, nowhere, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const PART = '1408020102000001'
const COVER = device('cover', 'manhole-cover', { partId: PART, gridCode: '140802001001001' })
const TRUCK = device('truck', 'refuse-truck', { place: null, reportingInterval: seconds(10) })
const DISPLACED = rule({
  id: 'cover-displaced',
  when: 'tilt_deg > 15.0',
  outcome: { case: 'part', condition: 'missing-or-displaced', class: '0103' },
})
const SPEEDING = rule({
  id: 'truck-speeding',
  kinds: ['refuse-truck'],
  when: 'speed_kmh > 60.0',
  outcome: { case: 'event', condition: 'work-vehicle-misconduct', class: '0195' },
})
const CITY: Surroundings = {
  part: (id) => (id === PART ? { department: '市政管理处', address: '解放路18号' } : undefined),
  gridOf: () => ({ code: '140802002002002', address: '东城街道学苑社区' }),
  gridAddress: () => '中城街道河东社区',
}

async function processOne(
  monitor: Monitor,
  ledger: MemoryLedger,
  ...args: Parameters<typeof reading>
) {
  await monitor.process(batchOf([reading(...args)]))
  return ledger.commits.at(-1)
}

test('a case of a part carries its class, place, department, limit and deadline', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [DISPLACED], { surroundings: CITY })
  const commit = await processOne(monitor, ledger, COVER, 0, { tilt_deg: 20 })
  const [change] = commit?.episodes ?? []
  expect(change?.openCase).toMatchObject({
    kind: 'part',
    objectId: PART,
    class: '0102',
    condition: 'missing-or-displaced',
    edition: 'yuncheng',
    department: '市政管理处',
    address: '解放路18号',
    gridCode: '140802001001001',
    district: '140802',
    limit: { amount: 2, unit: 'continuous-hour' },
  })
  expect(change?.episode.evidence).toEqual([
    { measuredAt: START, seq: 0, values: { tilt_deg: 20 } },
  ])
})

test('a case of a truck stands where the truck was and has no deadline in working hours yet', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [SPEEDING], { surroundings: CITY })
  const fix = { lon_deg: 111.01, lat_deg: 35.02, speed_kmh: 80 }
  const commit = await processOne(monitor, ledger, TRUCK, 0, fix)
  expect(commit?.episodes[0]?.openCase).toMatchObject({
    objectId: 'truck',
    place: { lon_deg: 111.01, lat_deg: 35.02 },
    gridCode: '140802002002002',
    address: '东城街道学苑社区',
    limit: { amount: 2, unit: 'working-hour' },
  })
})

test('a rule that only watches asks for no case', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [rule({ id: 'battery', when: 'battery_pct < 10.0' })])
  const commit = await processOne(monitor, ledger, COVER, 0, { battery_pct: 5 })
  expect(commit?.episodes).toMatchObject([{ openCase: null, episode: { ruleId: 'battery' } }])
})

test('a late reading withdraws an episode that never was', async () => {
  const ledger = new MemoryLedger()
  const held = rule({ id: 'held', when: 'tilt_deg > 15.0', hold: seconds(10) })
  const monitor = await startMonitor(ledger, [held])
  await processOne(monitor, ledger, COVER, 0, { tilt_deg: 20 })
  await processOne(monitor, ledger, COVER, 12, { tilt_deg: 20 })
  expect(ledger.standing).toHaveLength(1)
  await processOne(monitor, ledger, COVER, 6, { tilt_deg: 0 })
  expect(ledger.standing).toHaveLength(0)
  expect([...ledger.stored.values()]).toMatchObject([{ ruleId: 'held' }])
})

test('a long backlog in reverse leaves what the forward order leaves', async () => {
  const series = Array.from({ length: 1_500 }, (_, n) =>
    reading(COVER, n * 60, { tilt_deg: n % 97 < 5 ? 30 : 0 }),
  )
  const spans = async (chunks: (typeof series)[]) => {
    const ledger = new MemoryLedger()
    const monitor = await startMonitor(ledger, [DISPLACED])
    await monitor.process(batchOf([reading(COVER, 100_000, { tilt_deg: 0 })]))
    for (const chunk of chunks) await monitor.process(batchOf(chunk))
    return ledger.standing
      .map(({ startedAt, endedAt }) => [startedAt, endedAt])
      .sort((a, b) => Number(a[0]) - Number(b[0]))
  }
  const thirds = [series.slice(0, 500), series.slice(500, 1_000), series.slice(1_000)]
  const forwards = await spans([series])
  expect(forwards).toHaveLength(16)
  expect(await spans(thirds.toReversed().map((chunk) => chunk.toReversed()))).toEqual(forwards)
})

test('a refused commit leaves no trace in what is remembered', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [DISPLACED])
  const commit = ledger.commit.bind(ledger)
  ledger.commit = async () => {
    throw new Rejected('database-refused', 'no')
  }
  await expect(processOne(monitor, ledger, COVER, 0, { tilt_deg: 20 })).rejects.toThrow(Rejected)
  ledger.commit = commit
  await processOne(monitor, ledger, COVER, 0, { tilt_deg: 20 })
  expect(ledger.standing).toHaveLength(1)
  expect(ledger.lastNumber).toBe(1)
})

test('a database that is away is waited for and shown; stopping ends the waiting', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [DISPLACED], { surroundings: nowhere })
  const seen: (number | null)[] = []
  let failures = 3
  ledger.mishap = () => {
    seen.push(monitor.stalledSince)
    return failures-- > 0 ? 'before' : 'none'
  }
  await processOne(monitor, ledger, COVER, 0, { tilt_deg: 20 })
  expect(seen.map((since) => since !== null)).toEqual([false, true, true, true])
  expect(monitor.stalledSince).toBeNull()

  ledger.mishap = () => {
    monitor.stop()
    return 'before'
  }
  await expect(processOne(monitor, ledger, COVER, 60, {})).rejects.toThrow(Unavailable)
})

test('anything but a refusal or an absence is handed on', async () => {
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [])
  ledger.commit = async () => {
    throw new Broken('database-fenced', 'another process writes')
  }
  await expect(processOne(monitor, ledger, COVER, 0, {})).rejects.toThrow(Broken)
})
