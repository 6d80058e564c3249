import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Broken, Rejected } from '#model/error.ts'
import { CAUSES } from '#simulator/incidents/causes.ts'
import { type DryRunOptions, type DryRunResult, dryRun } from '#simulator/run/dry-run.ts'
import { planRun, type RunOrder } from '#simulator/run/run-plan.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import { scenarioWith, startedAt } from '#tests/simulator/simulated-run.ts'

const often = {
  share: 0.1,
  every: { exponential: '10m' },
  lasts: { uniform: ['1m', '4m'] as [string, string] },
}

/** Everything that can go wrong does: in the city, in the devices, on the line. */
const WORST: Partial<ScenarioDocument> = {
  fleet: { devices: 300, rate: 40, byChange: true, unwatched: 0.1 },
  duration: '30m',
  weather: { rain: [{ at: '5m', lasts: '15m', peak_mm_h: 60 }] },
  incidents: {
    random: {
      every: { exponential: '20s' },
      causes: CAUSES.filter((cause) => cause !== 'heavy-rain'),
    },
  },
  sensors: {
    bias: { share: 0.1, size: 0.05 },
    drift: { share: 0.1, perDay: 0.5 },
    stuck: often,
    spikes: { share: 0.2, chance: 0.01, size: 0.5 },
    flatBattery: { share: 0.05 },
    fix: {
      error_m: 12,
      dropout: often,
      jump: { share: 0.3, chance: 0.01, distance_m: 900 },
      shifted: { share: 0.1, system: 'GCJ-02' },
    },
    clock: {
      drift: { share: 0.1, ppm: 200 },
      reset: often,
      zone: { share: 0.1, offset_h: 8 },
    },
  },
  network: {
    loss: 0.01,
    delay: { lognormal: { median: '200ms', spread: 3 } },
    duplicate: 0.01,
    reorder: { share: 0.01, by: { uniform: ['1s', '20s'] } },
    outages: [
      {
        share: 0.2,
        at: '4m',
        lasts: { constant: '5m' },
        around: 'one-cell',
        flush: 'doubled',
        array: 10,
      },
      { share: 0.1, every: { constant: '8m' }, lasts: { exponential: '1m' }, flush: 'reversed' },
    ],
    storms: [{ at: '10m', share: 0.5 }],
    halfOpen: { share: 0.05, every: { constant: '10m' } },
    clones: [{ at: '6m', lasts: '3m', devices: 2 }],
    malformed: 0.002,
    oversize: 0.0002,
    floods: [{ at: '12m', lasts: '20s', devices: 1, rate: 20 }],
  },
}

const orderOf = (changes: Partial<ScenarioDocument> = {}): RunOrder => {
  const scenario = scenarioWith({ ...WORST, ...changes })
  return { scenario, startedAt, duration: scenario.duration }
}

interface Dry extends DryRunResult {
  readonly text: string
  readonly digest: string
}

async function dry(options: Partial<DryRunOptions> & { order: RunOrder }): Promise<Dry> {
  const chunks: Buffer[] = []
  const write = (chunk: Buffer): void => void chunks.push(chunk)
  const result = await dryRun({ workers: 1, write, ...options })
  const bytes = Buffer.concat(chunks)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { ...result, text: bytes.toString(), digest }
}

interface Line {
  readonly at: number
  readonly device: string
  readonly act: string
  readonly again?: true
  readonly payload?: unknown
}

const linesOf = ({ text }: Dry): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a dry run in which everything goes wrong', async () => {
  const one = await dry({ order: orderOf() })
  const lines = linesOf(one)

  test.each([2, 3, 4])('has the same bytes and the same truth with %i workers', async (workers) => {
    const other = await dry({ order: orderOf(), workers })
    expect(other.digest).toBe(one.digest)
    expect(other.truth).toEqual(one.truth)
    expect({ ...other, truth: [] }).toEqual({ ...one, truth: [] })
  })

  test('is the same a second time, and another with another seed', async () => {
    expect((await dry({ order: orderOf() })).digest).toBe(one.digest)
    expect((await dry({ order: orderOf({ seed: '2' }) })).digest).not.toBe(one.digest)
    expect((await dry({ order: orderOf({ city: { seed: '8' } }) })).digest).not.toBe(one.digest)
  })

  test('goes by time and then by device', () => {
    const index = new Map(planRun(orderOf()).city.devices.map(({ id, index }) => [id, index]))
    for (let n = 1; n < lines.length; n += 1) {
      const [before, here] = [lines[n - 1], lines[n]] as [Line, Line]
      const step = here.at - before.at || at(index, here) - at(index, before)
      if (step < 0) expect.fail(`${JSON.stringify(here)} comes after ${JSON.stringify(before)}`)
    }
  })

  test('counts what its lines say', () => {
    const of = (act: string): Line[] => lines.filter((line) => line.act === act)
    const readings = of('publish')
      .filter(({ again }) => !again)
      .flatMap(({ payload }) => payload)
    expect(one.messages).toBe(of('publish').length + of('noise').length)
    expect(one.readings).toBe(readings.length)
    expect(one.lost).toBe(of('lost').length)
    expect(one.bytes).toBe(Buffer.byteLength(one.text))
    expect(readings.every((reading) => Number.isInteger(Object(reading).measuredAt))).toBe(true)
  })

  test('has in its truth the run, its incidents and the faults of its devices', () => {
    const types = one.truth.map(({ type }) => type)
    expect(types[0]).toBe('run')
    expect(types.toSorted().reverse()).toEqual(types)
    expect(types).toContain('fault')
    const seen = one.truth.flatMap((line) => (line.type === 'incident' ? line.phenomena : []))
    expect(seen.some(({ measured }) => measured > 5)).toBe(true)
    for (const { measured, sent, lost } of seen) expect(sent + lost).toBe(measured)
  })
})

describe('a dry run', () => {
  test.each([1, 2])('with %i workers that is ended has the truth so far', async (workers) => {
    const order = orderOf()
    const whole = await dry({ order })
    const ending = new AbortController()
    let reached = 0
    const part = await dry({
      order,
      workers,
      signal: ending.signal,
      onProgress({ until }) {
        reached = until
        ending.abort()
      },
    })
    expect(part.bytes).toBeGreaterThan(0)
    expect(part.bytes).toBeLessThan(whole.bytes)
    expect(whole.text.startsWith(part.text)).toBe(true)
    expect(linesOf(part).every((line) => line.at < reached)).toBe(true)
    const [run, ...rest] = part.truth
    expect(run).toMatchObject({ type: 'run', endedAt: new Date(reached).toISOString() })
    expect(rest.length).toBeGreaterThan(0)
    for (const line of rest) expect(Date.parse(line.startedAt)).toBeLessThanOrEqual(reached)
  })

  test('that is ended before it begins has a truth without incidents', async () => {
    const { bytes, truth } = await dry({ order: orderOf(), signal: AbortSignal.abort() })
    expect(bytes).toBe(0)
    expect(truth[0]).toMatchObject({ type: 'run', endedAt: new Date(startedAt).toISOString() })
    expect(truth.filter(({ type }) => type === 'fault')).toEqual([])
  })

  test.each([1, 2])('of a city that cannot be is refused with %i workers', async (workers) => {
    const { scenario, ...rest } = orderOf()
    const order = { ...rest, scenario: { ...scenario, city: { ...scenario.city, seed: '运城' } } }
    const refused = dry({ order, workers })
    await expect(refused).rejects.toThrow(Rejected)
    await expect(refused).rejects.toThrow(/seed must be/)
  })

  test('hands on what fails in a worker, with its cause', async () => {
    const { scenario, ...rest } = orderOf()
    const fleet = { ...scenario.fleet, mix: { submarine: 1 }, rate: null, interval: {} }
    const failed = dry({ order: { ...rest, scenario: { ...scenario, fleet } }, workers: 2 })
    await expect(failed).rejects.toThrow(Broken)
    await expect(failed).rejects.toMatchObject({ cause: expect.any(Error) })
  })

  test.each([1, 2])('with %i workers ends when nothing can be written', async (workers) => {
    const write = (): never => {
      throw new Error('no space left')
    }
    await expect(dryRun({ order: orderOf(), workers, write })).rejects.toThrow('no space left')
  })

  test('needs a worker', async () => {
    await expect(dry({ order: orderOf(), workers: 0 })).rejects.toThrow(Rejected)
  })
})

const at = (index: ReadonlyMap<string, number>, { device }: Line): number =>
  index.get(device) ?? Number.NaN
