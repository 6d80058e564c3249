import { expect, test } from 'vitest'
import { seconds } from '#model/time.ts'
import { QUIET, type RuleState, step, transition } from '#rules/fold.ts'
import { blankMemory } from '#rules/memory.ts'
import { bound, device, reading, rule } from '#tests/monitor/fixtures.ts'

const COVER = device('c')
const DISPLACED = rule({
  id: 'displaced',
  when: 'tilt_deg > 15.0',
  hold: seconds(10),
  clear: 'tilt_deg < 5.0',
  clearHold: seconds(60),
})

const BOUND = bound(DISPLACED)

/** Feeds [second, tilt] pairs and answers what happened, with its second. */
function watch(series: readonly (readonly [number, number | undefined])[]): string[] {
  let state: RuleState = QUIET
  const happened: string[] = []
  for (const [second, tilt_deg] of series) {
    const sample = reading(COVER, second, tilt_deg === undefined ? {} : { tilt_deg })
    const next = step(BOUND, state, sample, blankMemory())
    const change = transition(state, next, sample)
    const at = (instant: number) => (instant - reading(COVER, 0, {}).measuredAt) / 1_000
    if (change?.type === 'opened') {
      const { first, confirmed } = change.stretch
      happened.push(`opened ${at(first.measuredAt)} confirmed ${at(confirmed.measuredAt)}`)
    }
    if (change?.type === 'closed') {
      happened.push(`ended ${at(change.endedAt)} cleared ${at(change.clearedAt)}`)
    }
    state = next
  }
  return happened
}

test('a cover that settles back within ten seconds opens nothing', () => {
  expect(
    watch([
      [0, 1],
      [5, 30],
      [9, 30],
      [14, 2],
      [20, 30],
      [29, 30],
    ]),
  ).toEqual([])
})

test('a cover tilted for ten seconds opens an episode that began with the first tilted reading', () => {
  expect(
    watch([
      [0, 1],
      [5, 30],
      [15, 30],
    ]),
  ).toEqual(['opened 5 confirmed 15'])
})

test('an angle between the two marks neither opens nor clears', () => {
  expect(
    watch([
      [0, 30],
      [10, 30],
      [20, 10],
      [300, 10],
    ]),
  ).toEqual(['opened 0 confirmed 10'])
})

test('it clears after a minute below the lower mark, ended at the first such reading', () => {
  expect(
    watch([
      [0, 30],
      [10, 30],
      [20, 2],
      [50, 8],
      [60, 2],
      [119, 2],
      [120, 2],
    ]),
  ).toEqual(['opened 0 confirmed 10', 'ended 60 cleared 120'])
})

test('a reading without the channel neither holds nor clears', () => {
  expect(
    watch([
      [0, 30],
      [5, undefined],
      [10, 30],
    ]),
  ).toEqual(['opened 0 confirmed 10'])
})

test('a silence longer than the gap starts the hold again', () => {
  expect(
    watch([
      [0, 30],
      [400, 30],
      [409, 30],
    ]),
  ).toEqual([])
  expect(
    watch([
      [0, 30],
      [400, 30],
      [410, 30],
    ]),
  ).toEqual(['opened 400 confirmed 410'])
})

test('without a hold one reading is enough', () => {
  const open = rule({ id: 'open', when: 'lid_open' })
  const sample = reading(COVER, 0, { lid_open: true })
  expect(step(bound(open), QUIET, sample, blankMemory()).phase).toBe('active')
})
