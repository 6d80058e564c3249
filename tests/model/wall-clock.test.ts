import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { wallClock } from '#model/wall-clock.ts'

const city = wallClock('Asia/Shanghai')
const at = (text: string) => epochMs(Date.parse(text))

test('an instant is shown as the clocks of the city show it', () => {
  expect(city.format(at('2026-11-23T08:00:00.999Z'))).toBe('2026-11-23 16:00:00')
  // In the summer of 1988 the clocks of China were an hour ahead.
  expect(city.format(at('1988-07-01T00:00:00Z'))).toBe('1988-07-01 09:00:00')
})

test.each([
  ['2026-11-23 16:00:00', '2026-11-23T08:00:00Z'],
  ['2026-11-23 16:00', '2026-11-23T08:00:00Z'],
  ['2026/1/3 6:05', '2026-01-02T22:05:00Z'],
  ['2026.1.3', '2026-01-02T16:00:00Z'],
  ['2026-11-23T16:00:00.5', '2026-11-23T08:00:00Z'],
])('%s is read', (text, expected) => {
  expect(city.parse(text)).toBe(at(expected))
})

test.each(['', '16:00', '2026-02-30', '2026-11-23 24:00', '2026-13-01', '23.11.2026', '45984.5'])(
  '%j is no time',
  (text) => {
    expect(city.parse(text)).toBeUndefined()
  },
)

test('where clocks are put back the earlier instant is meant, and where forward one of the two', () => {
  const berlin = wallClock('Europe/Berlin')
  expect(berlin.parse('2026-10-25 02:30:00')).toBe(at('2026-10-25T00:30:00Z'))
  const skipped = berlin.parse('2026-03-29 02:30:00')
  expect([at('2026-03-29T00:30:00Z'), at('2026-03-29T01:30:00Z')]).toContain(skipped)
})

test('what is shown is read back to the second, in any zone', () => {
  const zones = ['Asia/Shanghai', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia', 'UTC']
  const clocks = zones.map((zone) => wallClock(zone))
  fc.assert(
    fc.property(
      fc.constantFrom(...clocks),
      fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) }),
      (clock, ms) => {
        const read = clock.parse(clock.format(epochMs(ms)))
        expect(clock.format(read ?? epochMs(0))).toBe(clock.format(epochMs(ms)))
      },
    ),
  )
})
