import { expect, test } from 'vitest'
import { type LiveEvent, liveEvent } from '#api/live/live-event.ts'
import { LiveViewer } from '#api/live/live-viewer.ts'

/** A sink that takes so many writes and then no more until it is drained. */
function fakeSink() {
  const written: string[] = []
  let room = Infinity
  let resume = (): void => undefined
  return {
    written,
    ended: [] as boolean[],
    write(bytes: Uint8Array | string) {
      written.push(bytes.toString())
      room -= 1
      return room > 0
    },
    onDrain(drained: () => void) {
      resume = drained
    },
    end(now: boolean) {
      this.ended.push(now)
    },
    block() {
      room = 0
    },
    drain() {
      room = Infinity
      resume()
    },
  }
}

const state = (id: string, at: number): LiveEvent => liveEvent('reading', id, [at, 0], { id, at })

const alone = (sink: ReturnType<typeof fakeSink>, onSkip: (count: number) => void) => {
  const viewer = new LiveViewer(sink, { onSkip, onReady: () => viewer.turn(null), from: null })
  const push = (event: LiveEvent): void => {
    viewer.push(event)
    viewer.turn(null)
  }
  return { viewer, push }
}

test('a viewer a little behind misses nothing', () => {
  const sink = fakeSink()
  const { push } = alone(sink, () => expect.fail('nothing may be skipped'))
  sink.block()
  for (let at = 0; at < 900; at += 1) push(state('a', at))
  sink.drain()
  const text = sink.written.join('')
  for (let at = 0; at < 900; at += 1) expect(text).toContain(`"at":${at}}`)
})

test('a viewer far behind waits with one event for each device and is told what it missed', () => {
  const sink = fakeSink()
  let skipped = 0
  const { viewer, push } = alone(sink, (count) => {
    skipped += count
  })
  sink.block()
  push(state('first', 0))
  for (let at = 1; at <= 5_000; at += 1) push(state(`d-${at % 10}`, at))
  expect(viewer.waiting).toBe(10)
  expect(skipped).toBe(4_990)
  sink.drain()
  expect(sink.written[1]).toBe('event: skipped\ndata: {"events":4990}\n\n')
  expect(viewer.waiting).toBe(0)
})

test('however many devices there are, what waits for a viewer has an end', () => {
  const sink = fakeSink()
  const { viewer, push } = alone(sink, () => undefined)
  sink.block()
  for (let at = 0; at < 30_000; at += 1) push(state(`d-${at}`, at))
  expect(viewer.waiting).toBeLessThanOrEqual(10_000)
})

test('a viewer who takes nothing for some heartbeats is let go', () => {
  const sink = fakeSink()
  const { viewer, push } = alone(sink, () => undefined)
  viewer.heartbeat()
  expect(sink.written).toEqual(['event: heartbeat\ndata: {}\n\n'])
  sink.block()
  for (const at of [1, 2]) push(state('a', at))
  for (let beat = 0; beat < 4; beat += 1) viewer.heartbeat()
  expect(sink.ended).toEqual([true])
  push(state('a', 3))
  expect(viewer.waiting).toBe(0)
})
