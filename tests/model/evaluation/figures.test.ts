import { describe, expect, test } from 'vitest'
import { configurationFaults } from '#model/evaluation/configuration-faults.ts'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import type { CountName } from '#model/evaluation/evaluation-count.ts'
import { type Counts, figuresOf, twoDecimals } from '#model/evaluation/figures.ts'

const counted = (counts: Partial<Record<CountName, number | readonly [number, number]>>): Counts =>
  Object.fromEntries(
    Object.entries(counts).map(([name, value]) => {
      const [all, parked] = typeof value === 'number' ? [value, 0] : value
      return [name, { all, parked }]
    }),
  )

const decidedBy = (change: Partial<EvaluationConfiguration>): EvaluationConfiguration => ({
  ...DEFAULT_EVALUATION,
  ...change,
})

const departmentFigures = (counts: Counts, change: Partial<EvaluationConfiguration> = {}) =>
  figuresOf('department', [counts], decidedBy(change))[0]

test('what Wanmi ships has no fault', () => {
  expect(configurationFaults(DEFAULT_EVALUATION)).toEqual([])
})

describe('a rate', () => {
  test('without a denominator has no value, and neither has the score of such rates alone', () => {
    const figures = departmentFigures({})
    expect(figures?.rates['handled']).toEqual({ numerator: 0, denominator: 0, value: null })
    expect([figures?.score, figures?.band]).toEqual([null, null])
  })

  test('leaves parked cases out above and below, or counts them', () => {
    const counts = counted({ due: [5, 2], handled: [3, 1], handledOnTime: [3, 1] })
    expect(departmentFigures(counts)?.rates['handled']?.value).toBe(2 / 3)
    const rates = DEFAULT_EVALUATION.rates.map((rate) => ({ ...rate, parked: 'counted' as const }))
    expect(departmentFigures(counts, { rates })?.rates['handled']?.value).toBe(3 / 5)
  })

  test('of volume is measured against the greatest, or the mean, of all', () => {
    const rows = [counted({ volume: 30 }), counted({ volume: 10 }), counted({ volume: 0 })]
    const values = (peers: 'greatest' | 'mean') => {
      const rates = DEFAULT_EVALUATION.rates.map((rate) =>
        rate.key === 'volume' ? { ...rate, denominator: { peers } } : rate,
      )
      const figures = figuresOf('dispatcher', rows, decidedBy({ rates }))
      return figures.map((each) => [each.rates['volume']?.value, each.parts[0]?.points])
    }
    expect(values('greatest')).toEqual([
      [1, 20],
      [1 / 3, 20 * (1 / 3)],
      [0, 0],
    ])
    // More than the mean is worth no more than all of the weight.
    expect(values('mean')).toEqual([
      [30 / (40 / 3), 20],
      [10 / (40 / 3), 20 * (10 / (40 / 3))],
      [0, 0],
    ])
  })

  test('of volume has no value where nobody did anything', () => {
    const [none] = figuresOf('dispatcher', [counted({ volume: 0 })], DEFAULT_EVALUATION)
    expect(none?.rates['volume']?.value).toBeNull()
  })
})

describe('a score', () => {
  const some = counted({ due: 4, handled: 0, handledOnTime: 0 })

  test('gives the weight of a part without a value to the others, or there is none', () => {
    expect(departmentFigures(some)?.score).toBe(0)
    expect(departmentFigures(some)?.parts.map(({ points }) => points)).toEqual([0, 0, null])
    expect(departmentFigures(some, { withoutValue: 'no-score' })?.score).toBeNull()
  })

  test('is rounded half up before it is banded', () => {
    const scored = (handled: number, due: number) => {
      const subjects = {
        ...DEFAULT_EVALUATION.subjects,
        department: {
          rates: ['handled'],
          score: [{ rate: 'handled', weight: 100, complement: false }],
        },
      }
      const counts = counted({ due, handled })
      const { score, band } = departmentFigures(counts, { subjects }) ?? {}
      return [score, band]
    }
    expect(scored(89_994, 100_000)).toEqual([89.99, 'B'])
    expect(scored(89_995, 100_000)).toEqual([90, 'A'])
    expect(scored(75, 100)).toEqual([75, 'B'])
    expect(scored(0, 100)).toEqual([0, 'E'])
    expect(twoDecimals(1.005)).toBe(1.01)
  })
})
