import { describe, expect, test } from 'vitest'
import type { FoundEpisode } from '#simulator/score/findings.ts'
import { scoreRun } from '#simulator/score/score-run.ts'
import type { TrueIncident, TruePhenomenon, TruthLine } from '#simulator/truth/truth-file.ts'
import {
  at,
  COVER,
  fault,
  incident,
  NOON,
  openCase,
  RULES,
  refused,
  run,
  score,
  so,
  told,
} from './trial.ts'

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
    ['not when it was withdrawn', so(10, 20), told(11, 22, { withdrawnAt: at(30) }), false],
  ])('%s', (_, truth, episode, together) => {
    const { all } = score([incident([truth])], { episodes: [episode] })
    expect(all.found).toBe(together ? 1 : 0)
    const counts = episode.withdrawnAt === null && !together
    expect(all.falseEpisodes).toBe(counts ? 1 : 0)
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

describe('what was missed has a reason', () => {
  const early = NOON + 15 * 60_000
  const unruled = so(10, 20, { phenomenon: 'truck-astray' })
  test.each<
    [
      string,
      TruePhenomenon,
      readonly TruthLine[],
      { readonly at?: number[]; readonly of?: string },
      string,
    ]
  >([
    [
      'no device is there',
      so(10, 20, { deviceId: null, unseen: 'no-device', measured: 0, sent: 0 }),
      [],
      {},
      'no-device',
    ],
    [
      'the device took no reading',
      so(10, 20, { unseen: 'asleep', measured: 0, sent: 0 }),
      [],
      {},
      'no-reading',
    ],
    ['no rule looks for it', unruled, [], {}, 'no-rule'],
    ['nothing was sent', so(10, 20, { sent: 0, lost: 20 }), [], {}, 'lost'],
    ['too little was sent', so(10, 20, { sent: 1, lost: 19 }), [], {}, 'lost'],
    ['enough was sent', so(10, 20, { sent: 2, lost: 18 }), [], {}, 'rule'],
    ['it was refused', so(10, 20), [], { at: [early] }, 'quarantined'],
    ['something else was refused', so(10, 20), [], { at: [early + 3_600_000] }, 'rule'],
    ['that of another was refused', so(10, 20), [], { at: [early], of: OTHER }, 'rule'],
    [
      'it was refused with the time of 1970',
      so(10, 20),
      [fault('clock-reset', 0, 60)],
      { at: [5_000] },
      'quarantined',
    ],
    [
      'the clock was wrong at another time',
      so(10, 20),
      [fault('clock-reset', 60, 90)],
      { at: [5_000] },
      'rule',
    ],
    ['it was over after one reading', so(10, 10.5, { measured: 1, sent: 1 }), [], {}, 'too-brief'],
    [
      'of an instant one reading is enough',
      so(10, 10, { phenomenon: 'load-spilled', measured: 1, sent: 1 }),
      [],
      {},
      'rule',
    ],
    [
      'the one reading of an instant was lost',
      so(10, 10, { phenomenon: 'load-spilled', measured: 1, sent: 0, lost: 1 }),
      [],
      {},
      'lost',
    ],
  ])('%s', (_, truth, more, { at: measuredAt_ms, of = COVER }, why) => {
    const quarantine = measuredAt_ms
      ? [refused({ deviceId: of, measuredAt_ms, receivedAt: at(300) })]
      : []
    const found = score([incident([truth]), ...more], { quarantine })
    expect(found.missed.map((one) => one.why)).toEqual([why])
    expect(found.all.whyMissed).toEqual({ [why]: 1 })
    const unseen = why === 'no-device' || why === 'no-reading'
    expect(found.all).toMatchObject({ true: 1, observable: unseen ? 0 : 1, missed: unseen ? 0 : 1 })
    expect(found.all.recall).toBe(unseen ? null : 0)
    expect(found.ruled.true).toBe(why === 'no-rule' ? 0 : 1)
  })

  test.each([
    [1, 'quarantined'],
    [60, 'rule'],
    [null, 'rule'],
  ])('rubbish of that time counts in real time alone: speed %s', (speed, why) => {
    const findings = { episodes: [], cases: [], quarantine: [refused({ receivedAt: at(15) })] }
    const options = { rules: RULES, interval_ms: () => 60_000 }
    const { missed } = scoreRun([run({ speed }), incident([so(10, 20)])], findings, options)
    expect(missed.map((one) => one.why)).toEqual([why])
  })
})

describe('what is false has a reason, as far as the truth knows', () => {
  const work = (changes: Partial<TrueIncident> = {}): TrueIncident =>
    incident([], {
      cause: 'cover-work',
      deviceIds: [COVER],
      startedAt: at(100),
      endedAt: at(130),
      ...changes,
    })
  test.each<[string, readonly TruthLine[], string]>([
    ['an announced opening', [work()], 'incident: cover-work'],
    ['one at another device', [work({ deviceIds: [OTHER] })], 'rule'],
    ['one at another time', [work({ startedAt: at(10), endedAt: at(20) })], 'rule'],
    ['a stuck sensor', [fault('stuck', 90, 120)], 'fault: stuck'],
    ['both', [fault('stuck', 90, 120), work()], 'incident: cover-work'],
    ['a sensor that was stuck before', [fault('stuck', 10, 20)], 'rule'],
    ['a clock that was off at any time', [fault('clock-reset', 10, 20)], 'fault: clock-reset'],
    ['nothing', [], 'rule'],
  ])('%s', (_, lines, why) => {
    const found = score(lines, { episodes: [told(110, 115, { caseId: 'k' })] })
    expect(found.false).toMatchObject([{ why, rule: 'cover-displaced', caseId: 'k' }])
    expect(found.all.whyFalse).toEqual({ [why]: 1 })
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
