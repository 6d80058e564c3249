import { describe, expect, test } from 'vitest'
import type { FoundEpisode } from '#simulator/score/findings.ts'
import { scoreRun } from '#simulator/score/score-run.ts'
import type { TruePhenomenon } from '#simulator/truth/truth-file.ts'
import { at, fault, incident, openCase, score, so, told } from './trial.ts'

const OTHER = 'sim-c-cover-000002'

describe('a true phenomenon and an episode belong together', () => {
  // One interval of a minute and a hold of ten seconds: 70 s on either side.
  test.each<[string, TruePhenomenon, FoundEpisode, boolean]>([
    ['when their spans overlap', so(10, 20), told(11, 22), true],
    ['when the episode lies within', so(10, 20), told(12, 15), true],
    ['when the episode goes on', so(10, 20), told(15, null), true],
    ['when neither has ended', so(350, null), told(352, null), true],
    ['when it starts with the last reading after the end', so(10, 20), told(21, 22), true],
    ['not when it starts later', so(10, 20), told(21.2, 23), false],
    ['when it ends with the last reading before the start', so(10, 20), told(5, 9), true],
    ['not when it ends earlier', so(10, 20), told(5, 8.8), false],
    ['not at another device', so(10, 20), told(11, 22, { deviceId: OTHER }), false],
    [
      'not when it is another phenomenon',
      so(10, 20),
      told(11, 22, { ruleId: 'cover-open', phenomenon: 'cover-open' }),
      false,
    ],
    [
      'when it is of one of several that the rule asks for',
      so(10, 20),
      told(11, 22, { role: 'member', groupId: 'e-0001' }),
      true,
    ],
    ['not when it was withdrawn', so(10, 20), told(11, 22, { withdrawnAt: at(30) }), false],
  ])('%s', (_, truth, episode, together) => {
    const { all } = score([incident([truth])], { episodes: [episode] })
    expect(all.found).toBe(together ? 1 : 0)
    const counts = episode.withdrawnAt === null && !together
    expect(all.falseEpisodes).toBe(counts ? 1 : 0)
  })

  test('one device of several that a rule asks for is no finding, right or wrong', () => {
    const alone = told(11, 22, { role: 'member', groupId: null })
    const { all } = score([incident([so(10, 20)])], { episodes: [alone] })
    expect(all).toMatchObject({ found: 0, episodes: 0, falseEpisodes: 0 })
  })

  const spilled = (from: number) =>
    so(from, from, { phenomenon: 'load-spilled', measured: 1, sent: 1 })
  const lost = { ruleId: 'truck-load-lost', phenomenon: 'load-spilled' }
  test.each([
    ['in the first reading after it', 10.5, true],
    ['in the fifth reading after it', 15, true],
    ['not later', 15.1, false],
    ['not before it', 8.9, false],
  ])('an instant is found %s', (_, from, found) => {
    const { all } = score([incident([spilled(10)])], { episodes: [told(from, from + 1, lost)] })
    expect(all.found).toBe(found ? 1 : 0)
  })
})

describe('several of them', () => {
  test('a second episode of one phenomenon is a duplicate, and true', () => {
    const episodes = [told(16, 19), told(11, 14)]
    const { all } = score([incident([so(10, 20)])], { episodes })
    expect(all).toMatchObject({ found: 1, duplicates: 1, falseEpisodes: 0, precision: 1 })
    // From the true start to when the first was confirmed, whatever the order they came in.
    expect(all.delayP50_s).toBe(120)
  })

  test('one episode tells of two phenomena between which nothing cleared it', () => {
    const lines = [incident([so(10, 20)]), incident([so(25, 30)])]
    const { all } = score(lines, { episodes: [told(11, 32)] })
    expect(all).toMatchObject({ true: 2, found: 2, duplicates: 0, episodes: 1 })
    // It stood already when the second began: no delay, and none below nothing.
    expect([all.delayP50_s, all.delayP95_s]).toEqual([0, 120])
  })

  test('the second of two episodes is no duplicate when it is the first of something else', () => {
    const lines = [incident([so(10, 20)]), incident([so(25, 30)])]
    const { all } = score(lines, { episodes: [told(11, 15), told(18, 32)] })
    expect(all).toMatchObject({ found: 2, duplicates: 0 })
  })

  test('a case is false when none of its episodes tells of something true', () => {
    const episodes = [
      told(11, 15, { caseId: 'both' }),
      told(100, 110, { caseId: 'both' }),
      told(130, 140, { caseId: 'wrong' }),
      told(150, 160, { caseId: 'wrong' }),
      told(200, 210, { caseId: 'withdrawn' }),
      told(230, 240),
    ]
    const cases = [openCase('both'), openCase('wrong'), openCase('withdrawn', 'withdrawn')]
    const { all } = score([incident([so(10, 20)])], { episodes, cases })
    expect(all).toMatchObject({ episodes: 6, falseEpisodes: 5, cases: 2, falseCases: 1 })
    // Ten devices for a quarter of a day.
    expect(all.falseEpisodesPer1000DeviceDays).toBe(2_000)
    expect(all.falseCasesPer1000DeviceDays).toBe(400)
    expect(all.precision).toBeCloseTo(1 / 6)
  })

  test('what happens in another city or at another time is passed over', () => {
    const episodes = [
      told(11, 15, { deviceId: 'sim-d-cover-000001' }),
      told(-500, -400),
      told(400, null),
      told(370, 371),
    ]
    expect(score([], { episodes }).all.episodes).toBe(0)
    expect(score([], { episodes: [told(-500, null)] }).all.falseEpisodes).toBe(1)
  })

  test('a city of devices with names of their own has them all', () => {
    const lines = [incident([so(10, 20, { deviceId: 'cover-42' })])]
    const { all } = score(lines, { episodes: [told(11, 15, { deviceId: 'cover-42' })] })
    expect(all).toMatchObject({ found: 1, falseEpisodes: 0 })
  })
})

describe('a device whose clock is off', () => {
  const wrong = fault('clock-zone', 0, null)
  test('is told of at the wrong time, which counts as found but has no delay', () => {
    const { all } = score([incident([so(10, 20)]), wrong], { episodes: [told(-470, -460)] })
    expect(all).toMatchObject({ found: 1, foundByClock: 1, falseEpisodes: 0, delayP50_s: null })
  })

  test('does not tell of the same thing twice', () => {
    const episodes = [told(-470, -460), told(-300, -290)]
    const { all } = score([incident([so(10, 20)]), wrong], { episodes })
    expect(all).toMatchObject({ found: 1, duplicates: 0, falseEpisodes: 1 })
    expect(all.whyFalse).toEqual({ 'fault: clock-zone': 1 })
  })

  test('is taken by its times where they fit', () => {
    const lines = [incident([so(10, 20)]), incident([so(100, 120)]), wrong]
    const { all } = score(lines, { episodes: [told(101, 119), told(-470, -460)] })
    expect(all).toMatchObject({ found: 2, foundByClock: 1, delayP50_s: 120 })
  })

  test('lends its excuse to no other', () => {
    const episodes = [told(300, 310, { deviceId: OTHER })]
    const { all } = score([incident([so(10, 20, { deviceId: OTHER })]), wrong], { episodes })
    expect(all).toMatchObject({ found: 0, falseEpisodes: 1 })
  })
})

describe('the rows of a score', () => {
  test('are the rules, whatever they found, then what no rule looks for', () => {
    const lines = [
      incident([so(10, 20), so(10, 20, { phenomenon: 'cover-astonished' })]),
      incident([so(50, 60)]),
    ]
    const episodes = [
      told(11, 22),
      told(50, 61, { ruleId: 'own-rule' }),
      told(90, 91, { ruleId: 'own-rule' }),
    ]
    const { rows, ruled, all } = score(lines, { episodes })
    expect(
      rows.map(({ rule, phenomenon, true: n, found }) => [rule, phenomenon, n, found]),
    ).toEqual([
      ['cover-displaced', 'cover-displaced', 2, 1],
      ['own-rule', 'cover-displaced', 2, 1],
      ['truck-load-lost', 'load-spilled', 0, 0],
      [null, 'cover-astonished', 1, 0],
    ])
    expect(ruled).toMatchObject({ true: 2, found: 2, recall: 1, falseEpisodes: 1 })
    expect(all).toMatchObject({ true: 3, found: 2, falseEpisodes: 1 })
  })

  test('a truth without a run is refused', () => {
    const options = { rules: [], interval_ms: () => 1 }
    const findings = { episodes: [], cases: [], quarantine: [] }
    expect(() => scoreRun([], findings, options)).toThrow(/of which run/)
  })
})
