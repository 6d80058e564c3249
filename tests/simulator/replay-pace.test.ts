import { describe, expect, test } from 'vitest'
import { days, epochMs, milliseconds } from '#model/time.ts'
import { replay } from '#simulator/replay/replay.ts'
import { FakeBroker } from './fake-broker.ts'
import { fileOf, now, optionsOf, replayed } from './replayed.ts'
import { until } from './until.ts'

describe('a recording', () => {
  test('goes out in arrays when asked, the last one shorter', async () => {
    const rows = Array.from({ length: 25 }, (_, n) => `${1_735_689_600 + n},${n}`).join('\n')
    const { summary, readings, broker } = await replayed(`time,level\n${rows}\n`, { array: 10 })
    expect(broker.published).toHaveLength(3)
    expect(readings).toHaveLength(25)
    expect(summary).toMatchObject({ messages: 3, published: 25, acknowledged: 25 })
  })

  test('goes out at QoS 0 when asked', async () => {
    const { summary, broker } = await replayed('time,level\n1735689600,1\n1735689601,2\n', {
      qos: 0,
    })
    expect(broker.published.map(({ packet }) => packet.qos)).toEqual([0, 0])
    expect(summary).toMatchObject({ published: 2, acknowledged: 2 })
  })

  test('shifted, its newest reading is measured now and the spans between stay', async () => {
    const { readings } = await replayed('time,level\n1735689600,1\n1735689900,2\n1735689660,3\n', {
      shift: 'now',
    })
    expect(readings.map(({ measuredAt }) => now - Number(measuredAt))).toEqual([
      300_000, 0, 240_000,
    ])
  })

  test('shifted by a span, back or forth, its readings move by it and order stays', async () => {
    for (const shift of [days(7), milliseconds(-604_800_000)]) {
      const { readings } = await replayed('time,level\n1735689600,1\n1735689540,2\n', { shift })
      expect(readings).toEqual([
        { measuredAt: 1_735_689_600_000 + shift, level_mm: 1 },
        { measuredAt: 1_735_689_540_000 + shift, level_mm: 2 },
      ])
    }
  })

  test('shifted to now at the speed it was recorded, its first reading is measured now', async () => {
    await using broker = await FakeBroker.open()
    const stopping = new AbortController()
    const file = await fileOf('time,level\n1735689600,1\n1735699999,2\n')
    const options = { speed: 1, shift: 'now', signal: stopping.signal } as const
    const summary = replay(await optionsOf(broker, file, options))
    await until(() => broker.published.length === 1, 'the first is due')
    stopping.abort()
    await summary
    expect(JSON.parse(broker.published[0]?.packet.payload.toString() ?? '')).toEqual({
      measuredAt: now,
      level_mm: 1,
    })
  })

  test('at a speed it takes its time, and stops when told to', async () => {
    await using broker = await FakeBroker.open()
    const stopping = new AbortController()
    const file = await fileOf('time,level\n1735689600,1\n1735689601,2\n1735699999,3\n')
    const begun = performance.now()
    const clock = { now: () => epochMs(Math.floor(performance.now())) }
    const options = { speed: 10, clock, signal: stopping.signal }
    const summary = replay(await optionsOf(broker, file, options))
    await until(() => broker.published.length === 2, 'the second is due')
    expect(performance.now() - begun).toBeGreaterThan(95)
    stopping.abort()
    expect(await summary).toMatchObject({ published: 2, acknowledged: 2 })
  })

  test('no more is in flight than the window, however large the file', async () => {
    const held: (() => void)[] = []
    await using broker = await FakeBroker.open({
      acknowledges: ({ messageId = 0 }, session) => {
        held.push(() => session.send({ cmd: 'puback', messageId }))
        return false
      },
    })
    const rows = Array.from({ length: 300 }, (_, n) => `${1_735_689_600 + n},${n}`).join('\n')
    const file = await fileOf(`time,level\n${rows}\n`)
    const summary = replay(await optionsOf(broker, file, { window: 5 }))
    for (let released = 0; released < 300; released += 1) {
      await until(() => held.length > 0, 'something waits for its acknowledgement')
      expect(broker.published.length - released).toBeLessThanOrEqual(5)
      held.shift()?.()
    }
    expect(await summary).toMatchObject({ published: 300, acknowledged: 300 })
  })
})
