import { describe, expect, test } from 'vitest'
import { baselineOf, differsFrom, worseThan } from '#simulator/score/baseline.ts'
import { badRows, remarkOn } from '#simulator/score/remarks.ts'
import type { Score } from '#simulator/score/score-run.ts'
import { incident, openCase, score, so, told } from './trial.ts'

const TIMES = [10, 50, 90, 130]

/** Four phenomena, of which so many are found, and so many false cases. */
function scored(found: number, wrong: number, there = TIMES.length): Score {
  const right = TIMES.slice(0, found).map((from) => told(from + 1, from + 10))
  const noise = Array.from({ length: wrong }, (_, n) =>
    told(200 + 20 * n, 205 + 20 * n, { caseId: `case-${n}` }),
  )
  return score(
    TIMES.slice(0, there).map((from) => incident([so(from, from + 10)])),
    { episodes: [...right, ...noise], cases: noise.map((_, n) => openCase(`case-${n}`)) },
  )
}

describe('a score beside its baseline', () => {
  const agreed = baselineOf(scored(3, 1))

  test.each<[string, Score, readonly string[]]>([
    ['the same is not worse', scored(3, 1), []],
    ['better is not worse', scored(4, 0), []],
    [
      'a lower recall is worse',
      scored(2, 0),
      ['trial: cover-displaced has a recall of 0.5, which was 0.75'],
    ],
    [
      'another false case is worse, and so the precision',
      scored(3, 2),
      [
        'trial: cover-displaced has a precision of 0.6, which was 0.75',
        'trial: cover-displaced opens 2 false cases, which were 1',
      ],
    ],
  ])('%s', (_, now, worse) => {
    expect(worseThan(agreed, now)).toEqual(worse)
    expect(differsFrom(agreed, now)).toEqual([])
  })

  test('two in a hundred are no worse, three are', () => {
    const row = { ...scored(4, 0).rows[0], recall: 0.75 } as Score['rows'][number]
    const was = { ...agreed, rows: [row] }
    const now = (recall: number) => ({ ...agreed, rows: [{ ...row, recall }] })
    expect(worseThan(was, now(0.73))).toEqual([])
    expect(worseThan(was, now(0.72))).toHaveLength(1)
  })

  test('a rule nobody heard of before is worse only by its false cases', () => {
    expect(worseThan({ ...agreed, rows: [] }, scored(3, 1))).toEqual([
      'trial: cover-displaced opens 1 false cases, which were 0',
    ])
  })

  test('where nothing is left to be found nothing is worse, but it is another run', () => {
    const now = scored(0, 0, 0)
    expect(worseThan(agreed, now)).toEqual([])
    expect(differsFrom(agreed, now)).toEqual([
      'trial: cover-displaced has 0 true phenomena, which were 4',
    ])
  })

  test('what is kept reads back as it was, without rows of which there is nothing to tell', () => {
    expect(JSON.parse(JSON.stringify(agreed))).toEqual(agreed)
    expect(agreed.rows.map(({ rule }) => rule)).toEqual(['cover-displaced'])
    expect(Object.keys(agreed)).toEqual(['scenario', 'device_days', 'rows', 'ruled', 'all'])
    expect(baselineOf(scored(2, 1)).rows[0]?.precision).toBe(0.6667)
  })
})

describe('what does badly', () => {
  const names = (found: Score) => badRows(found).map(({ rule }) => rule)

  test('is a rule of low recall or precision, not one without anything to find', () => {
    expect(names(scored(4, 0))).toEqual([])
    expect(names(scored(3, 0))).toEqual(['cover-displaced'])
    expect(names(scored(4, 1))).toEqual(['cover-displaced'])
    expect(names(scored(0, 0, 0))).toEqual([])
  })

  test('is not what no rule looks for', () => {
    expect(names(score([incident([so(1, 9, { phenomenon: 'truck-idling' })])]))).toEqual([])
  })

  test('has a remark of its scenario, else of any', () => {
    const remarks = { any: { a: 'always', b: 'mostly' }, storm: { b: 'in a storm' } }
    const on = (scenario: string, rule: string | null) =>
      remarkOn(remarks, scenario, { rule, phenomenon: 'a' })
    expect(on('storm', 'b')).toBe('in a storm')
    expect(on('calm', 'b')).toBe('mostly')
    expect(on('storm', 'a')).toBe('always')
    expect(on('storm', null)).toBe('always')
    expect(on('storm', 'c')).toBeUndefined()
  })
})
