import { expect, test } from 'vitest'
import { Crowd } from '#ingest/crowd.ts'

const MIB = 1_024 * 1_024

/** The least that is a crowd. */
function limitOf(crowd: Crowd): number {
  let bytes = 0
  while (!crowd.isThere) crowd.waits((bytes += MIB / 8))
  return bytes / MIB
}

test('before anything was committed a crowd is an eighth of what may wait', () => {
  expect(limitOf(new Crowd(256 * MIB))).toBeCloseTo(32, 0)
})

test('a slow database makes a crowd of what it commits in half a second, but of no less than two MiB', () => {
  for (const [perSecond, wanted] of [
    [10 * MIB, 5],
    [MIB, 2],
    [1_000 * MIB, 32],
  ] as const) {
    const crowd = new Crowd(256 * MIB)
    for (let commit = 0; commit < 50; commit++) crowd.committed(perSecond / 10, 0.1, 0)
    expect(limitOf(crowd)).toBeCloseTo(wanted, 0)
  }
})

test('it is over when a quarter of it is gone', () => {
  const crowd = new Crowd(256 * MIB)
  crowd.waits(40 * MIB)
  expect(crowd.committed(100 * MIB, 0.1, 25 * MIB)).toBe(false)
  expect(crowd.isThere).toBe(true)
  expect(crowd.committed(100 * MIB, 0.1, 23 * MIB)).toBe(true)
  expect(crowd.isThere).toBe(false)
})
