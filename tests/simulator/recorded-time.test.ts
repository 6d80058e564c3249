import { describe, expect, test } from 'vitest'
import { parseRecordedTime } from '#simulator/replay/recorded-time.ts'
import { at } from './replayed.ts'

describe('times of recordings', () => {
  test.each([
    ['2025-01-01T00:01:03.536271911Z', '2025-01-01T00:01:03.536Z'],
    ['2025-01-01T08:00:00+08:00', '2025-01-01T00:00:00Z'],
    ['2025-01-01 08:00:00', '2025-01-01T00:00:00Z'],
    ['2025/1/1 8:00', '2025-01-01T00:00:00Z'],
    ['1735689663', '2025-01-01T00:01:03Z'],
    ['1735689663.536', '2025-01-01T00:01:03.536Z'],
    ['1735689663536', '2025-01-01T00:01:03.536Z'],
    ['1735689663536271', '2025-01-01T00:01:03.536Z'],
    ['1735689663536000000', '2025-01-01T00:01:03.536Z'],
  ])('%s', (text, instant) => {
    expect(parseRecordedTime(text, '+08:00')).toBe(at(instant))
  })

  test.each(['', 'now', '12:00', '2025-02-30 00:00:00', '17', '2025-13-01 00:00'])(
    '%j is none',
    (text) => {
      expect(parseRecordedTime(text, '+08:00')).toBeUndefined()
    },
  )
})
