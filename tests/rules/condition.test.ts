import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChannelValue } from '#model/channel.ts'
import { Rejected } from '#model/error.ts'
import { channelIndex } from '#model/kind.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { compileCondition } from '#rules/condition.ts'

type Named = Readonly<Record<string, ChannelValue>>

const values = (named: Named) => manholeCover.channels.map(({ name }) => named[name])

const ask = (text: string, now: Named, before: Named = {}) =>
  compileCondition(text, manholeCover).test({ values: values(now), previous: values(before) })

describe('a condition', () => {
  test.each<[string, Named, boolean | undefined]>([
    ['tilt_deg > 15.0', { tilt_deg: 15 }, false],
    ['tilt_deg > 15', { tilt_deg: 15.1 }, true],
    ['tilt_deg > 15.0', {}, undefined],
    ['lid_open', { lid_open: true }, true],
    ['!lid_open', { lid_open: true }, false],
    ['!lid_open', {}, undefined],
    ['lid_open && tilt_deg > 1.0', { lid_open: false }, false],
    ['lid_open && tilt_deg > 1.0', { lid_open: true }, undefined],
    ['tilt_deg > 1.0 || lid_open', { lid_open: true }, true],
    ['tilt_deg > 1.0 || lid_open', { lid_open: false }, undefined],
    ['level_mm / 2.0 + 1.0 >= -tilt_deg', { level_mm: 4, tilt_deg: 0 }, true],
    ['level_mm in [1.0, 2.0]', { level_mm: 2 }, true],
    ['level_mm in [1.0, 2.0]', { level_mm: 3 }, false],
    ['lid_open ? tilt_deg > 5.0 : tilt_deg > 50.0', { lid_open: false, tilt_deg: 10 }, false],
  ])('%s over %j is %j', (text, now, expected) => {
    expect(ask(text, now)).toBe(expected)
  })

  test('delta is the change since the last reading that had the channel', () => {
    expect(ask('delta(level_mm) < -300.0', { level_mm: 100 }, { level_mm: 500 })).toBe(true)
    expect(ask('delta(level_mm) < -300.0', { level_mm: 100 })).toBeUndefined()
    expect(compileCondition('delta(level_mm) > 0.0', manholeCover).previousOf).toEqual([
      channelIndex(manholeCover, 'level_mm'),
    ])
  })

  test('three-valued and, or, not obey De Morgan', () => {
    const third = fc.constantFrom(true, false, undefined)
    fc.assert(
      fc.property(third, third, (open, steep) => {
        const now = {
          ...(open === undefined ? {} : { lid_open: open }),
          ...(steep === undefined ? {} : { tilt_deg: steep ? 20 : 0 }),
        }
        expect(ask('!(lid_open && tilt_deg > 10.0)', now)).toBe(
          ask('!lid_open || !(tilt_deg > 10.0)', now),
        )
      }),
    )
  })
})

test.each([
  ['tilt > 15.0', 0, /Unknown variable: tilt/],
  ['lid_open && tilt_degg > 1.0', 12, /tilt_degg/],
  ['lid_open > 3.0', 0, /no such overload/],
  ['tilt_deg > ', 11, /EOF/],
  ['tilt_deg', 0, /is a double, not a condition/],
  ['delta(tilt_deg + 1.0) > 2.0', 0, /delta takes one channel/],
  ['matches("a", "b")', 0, /matches/],
])('%s is refused with its place', (text, position, message) => {
  const refusal = (() => {
    try {
      return compileCondition(text, manholeCover)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(Rejected)
  expect((refusal as Rejected).message).toMatch(message)
  expect((refusal as Rejected).detail['position']).toBe(position)
})
