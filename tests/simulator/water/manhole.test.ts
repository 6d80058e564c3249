import { describe, expect, test } from 'vitest'
import { epochMs, minutes } from '#model/time.ts'
import type { Cause } from '#simulator/incidents/causes.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { type ManholeState, manhole } from '#simulator/world/manhole.ts'
import { createWorld } from '#simulator/world/world.ts'
import { plannedWith } from './wet-world.ts'

/** States of each cover that an incident of a cause befalls: before, early, late and after. */
function struckBy(cause: Cause, strength: number, lasts = '30m') {
  const plan = plannedWith({
    incidents: { scheduled: [{ cause, at: '1h', lasts, strength }] },
    fleet: { devices: 3_000, rate: 50 },
  })
  const [incident] = plan.incidents
  if (!incident) throw new Error('nothing happened')
  const world = createWorld(plan)
  const span = incident.endedAt - incident.startedAt
  const states = incident.devices.map((device) => {
    const shaft = manhole(splitRandom('7', 'shaft', device.number), world, device)
    const at = (instant: number): ManholeState => shaft(epochMs(Math.round(instant)))
    return {
      before: at(incident.startedAt - minutes(1)),
      early: at(incident.startedAt + 0.01 * span),
      half: at(incident.startedAt + 0.5 * span),
      late: at(incident.endedAt - 1),
      after: at(incident.endedAt),
    }
  })
  return { incident, states }
}

describe('a cover', () => {
  test('that is stolen is open and tilted for as long as it is gone', () => {
    const [state] = struckBy('cover-stolen', 0.3).states
    for (const moment of [state?.early, state?.half, state?.late]) {
      expect(moment?.lidOpen).toBe(true)
      expect(moment?.tilt_deg).toBeGreaterThan(45)
    }
    for (const moment of [state?.before, state?.after]) {
      expect(moment?.lidOpen).toBe(false)
      expect(moment?.tilt_deg).toBeLessThan(5)
    }
  })

  test('opened for work is open and not tilted', () => {
    const [state] = struckBy('cover-work', 0.3).states
    expect(state?.half.lidOpen).toBe(true)
    expect(state?.half.tilt_deg).toBeLessThan(5)
    expect(state?.after.lidOpen).toBe(false)
  })

  test('hit by a lorry tilts for seconds and is back', () => {
    const { incident, states } = struckBy('cover-hit', 0, '5s')
    expect(incident.endedAt - incident.startedAt).toBeLessThan(10_000)
    const [state] = states
    expect(state?.half.tilt_deg).toBeGreaterThan(20)
    expect(state?.half.struck).toBe(true)
    expect(state?.after.tilt_deg).toBeLessThan(5)
    expect(state?.after.struck).toBe(false)
  })

  test.each([0, 1])('above a sinking road of strength %d leans ever more', (strength) => {
    const { states } = struckBy('road-sinking', strength)
    expect(states.length).toBeGreaterThan(1)
    for (const { before, early, half, late, after } of states) {
      expect(early.tilt_deg).toBeLessThan(5)
      expect(late.tilt_deg).toBeGreaterThan(half.tilt_deg)
      expect(late.tilt_deg).toBeGreaterThan(5.9)
      expect(late.tilt_deg).toBeLessThan(14.1)
      expect(Math.abs(after.tilt_deg - before.tilt_deg)).toBeLessThan(2)
    }
  })
})
