import { describe, expect, test } from 'vitest'
import { Liveness } from '#broker/liveness.ts'

const BEAT_MS = 500

/** What was due at which second, beat by beat. */
function live(
  liveness: Liveness,
  seconds: number,
  state: (atSeconds: number) => { isStopped?: boolean; isBlocked?: boolean; isHeard?: boolean },
): string[] {
  const said: string[] = []
  for (let now = BEAT_MS; now <= seconds * 1_000; now += BEAT_MS) {
    const { isStopped = false, isBlocked = false, isHeard = false } = state(now / 1_000)
    if (isHeard) liveness.heard(now)
    const due = liveness.due(now, isStopped, isBlocked)
    if (due) said.push(`${now / 1_000} ${due}`)
    if (due && due !== 'ping-answer') break
  }
  return said
}

describe('a client', () => {
  test('that is silent is gone after one and a half times its keepalive', () => {
    expect(live(new Liveness(10, 3_600, 0), 60, () => ({}))).toEqual(['15.5 keepalive'])
    const speaks = (at: number) => ({ isHeard: at === 12 })
    expect(live(new Liveness(10, 3_600, 0), 60, speaks)).toEqual(['27.5 keepalive'])
  })

  test('that asks for more than the limit, or for no end, has the limit', () => {
    expect(live(new Liveness(600, 10, 0), 60, () => ({}))).toEqual(['15.5 keepalive'])
    expect(live(new Liveness(0, 10, 0), 60, () => ({}))).toEqual(['15.5 keepalive'])
  })

  test('that is not read is answered before it gives up, and heard afresh afterwards', () => {
    const stopped = (at: number) => ({ isStopped: at >= 3 && at < 14 })
    const often = live(new Liveness(6, 3_600, 0), 100, stopped)
    const pings = ['3 ping-answer', '6 ping-answer', '9 ping-answer', '12 ping-answer']
    expect(often).toEqual([...pings, '23 keepalive'])
    const seldom = live(new Liveness(60, 3_600, 0), 100, stopped)
    expect(seldom).toEqual(['3 ping-answer', '8 ping-answer', '13 ping-answer'])
  })

  test('that pings never is not answered', () => {
    expect(live(new Liveness(0, 3_600, 0), 100, () => ({ isStopped: true }))).toEqual([])
  })

  test('that takes nothing for a minute is ended, though it speaks', () => {
    const said = live(new Liveness(10, 3_600, 0), 100, () => ({ isBlocked: true, isHeard: true }))
    expect(said).toEqual(['60.5 not-reading'])
    const now = (at: number) => ({ isBlocked: at % 50 > 1, isHeard: true })
    expect(live(new Liveness(10, 3_600, 0), 100, now)).toEqual([])
  })
})
