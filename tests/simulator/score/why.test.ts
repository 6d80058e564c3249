import { describe, expect, test } from 'vitest'
import { scoreRun } from '#simulator/score/score-run.ts'
import type { TrueIncident, TruePhenomenon, TruthLine } from '#simulator/truth/truth-file.ts'
import { at, COVER, fault, incident, NOON, RULES, refused, run, score, so, told } from './trial.ts'

const OTHER = 'sim-c-cover-000002'

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
  // Something that a rule looks for, which this is not.
  const ruled = so(100, 130, { phenomenon: 'load-spilled' })
  test.each<[string, readonly TruthLine[], string]>([
    ['an announced opening', [work()], 'incident: cover-work'],
    ['one at another device', [work({ deviceIds: [OTHER] })], 'rule'],
    ['one at another time', [work({ startedAt: at(10), endedAt: at(20) })], 'rule'],
    ['a stuck sensor', [fault('stuck', 90, 120)], 'fault: stuck'],
    ['both', [fault('stuck', 90, 120), work()], 'incident: cover-work'],
    ['a sensor that was stuck before', [fault('stuck', 10, 20)], 'rule'],
    [
      'an incident of another kind',
      [work({ cause: 'lid-open', phenomena: [ruled] })],
      'incident: lid-open',
    ],
    [
      'one of another kind and a fault',
      [work({ cause: 'lid-open', phenomena: [ruled] }), fault('bias', 0, null)],
      'fault: bias',
    ],
    [
      'of two faults the shorter',
      [fault('drift', 0, null), fault('stuck', 90, 120)],
      'fault: stuck',
    ],
    ['a clock that was off at any time', [fault('clock-reset', 10, 20)], 'fault: clock-reset'],
    ['nothing', [], 'rule'],
  ])('%s', (_, lines, why) => {
    const found = score(lines, { episodes: [told(110, 115, { caseId: 'k' })] })
    expect(found.false).toMatchObject([{ why, rule: 'cover-displaced', caseId: 'k' }])
    expect(found.all.whyFalse).toEqual({ [why]: 1 })
  })
})
