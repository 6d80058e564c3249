import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Broken } from '#model/error.ts'
import { epochMs } from '#model/time.ts'
import { DueHeap } from '#simulator/stream/due-heap.ts'

const from = epochMs(Date.UTC(2026, 10, 23, 2))

test('whatever is put in and put off comes out by time, then by number', () => {
  const spans = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(spans, { minLength: 1, maxLength: 40 }), (things) => {
      const expected = things
        .flatMap((pauses, number) => {
          let due = 0
          return pauses.map((pause) => {
            due += pause + 1
            return [due, number] as const
          })
        })
        .sort(([a, one], [b, other]) => a - b || one - other)
      const heap = new DueHeap(things.length, from)
      const left = things.map((pauses) => [...pauses])
      for (const [number, pauses] of left.entries()) {
        heap.push(number, epochMs(from + (pauses.shift() ?? 0) + 1))
      }
      const found: (readonly [number, number])[] = []
      while (heap.size > 0) {
        const [number, due] = [heap.first, heap.firstDue]
        found.push([due - from, number])
        const pause = left[number]?.shift()
        if (pause === undefined) heap.pop()
        else heap.reschedule(epochMs(due + pause + 1))
      }
      expect(found).toEqual(expected)
    }),
  )
})

test('what is due before the beginning or at no whole millisecond is refused', () => {
  const heap = new DueHeap(1, from)
  for (const due of [from - 1, from + 0.5, Number.NaN, Infinity]) {
    expect(() => heap.push(0, epochMs(due))).toThrow(Broken)
  }
})
