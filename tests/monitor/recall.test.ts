import { expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import { minutes, plus } from '#model/time.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import { batchOf, device, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const clock = { now: () => plus(START, minutes(600)) }
const COVERS = Array.from({ length: 50 }, (_, index) => device(`cover-${index}`))

/** Counts how often it is asked for the readings of all devices, and of one. */
class Counting extends MemoryLedger {
  asked = { together: 0, alone: 0 }

  override latest(devices: readonly Device[], limit: (deviceId: string) => number) {
    this.asked.together++
    return super.latest(devices, limit)
  }

  override lastWith(...args: Parameters<MemoryLedger['lastWith']>) {
    this.asked.alone++
    return super.lastWith(...args)
  }
}

async function lived(rules: readonly RuleInForce[], values: (minute: number) => object) {
  const ledger = new Counting()
  const monitor = await startMonitor(ledger, rules, { clock })
  for (let minute = 0; minute < 30; minute++) {
    const at = COVERS.map((cover) => reading(cover, minute * 60, { ...values(minute) }))
    await monitor.process(batchOf(at))
  }
  ledger.asked = { together: 0, alone: 0 }
  return ledger
}

const at = (minute: number, values: Readonly<Record<string, number>>) =>
  batchOf(COVERS.map((cover) => reading(cover, minute * 60, values)))

test('the last value of a channel that is seldom sent is looked for when the next one comes', async () => {
  const rules = [
    rule({ id: 'risen', when: 'delta(level_mm) > 50.0', clear: 'delta(level_mm) <= 0.0' }),
  ]
  const ledger = await lived(rules, (minute) =>
    minute === 3 ? { level_mm: 100 } : { tilt_deg: 1 },
  )
  const monitor = await startMonitor(ledger, rules, { clock })
  await monitor.process(at(30, { tilt_deg: 1 }))
  expect(ledger.asked).toEqual({ together: 1, alone: 0 })
  await monitor.process(at(31, { level_mm: 160 }))
  await monitor.process(at(32, { level_mm: 170 }))
  expect(ledger.asked).toEqual({ together: 1, alone: COVERS.length })
  expect(ledger.standing).toHaveLength(COVERS.length)
  expect(ledger.standing[0]).toMatchObject({ startedAt: plus(START, minutes(31)), clearedAt: null })
})

test('a rule cools down across a restart, and no device is asked about alone', async () => {
  const rules = [rule({ id: 'tilted', when: 'tilt_deg > 15.0', cooldown: minutes(60) })]
  const ledger = await lived(rules, (minute) => ({ tilt_deg: minute === 10 ? 30 : 1 }))
  expect(ledger.standing).toHaveLength(COVERS.length)
  const monitor = await startMonitor(ledger, rules, { clock })
  await monitor.process(at(31, { tilt_deg: 30 }))
  await monitor.process(at(70, { tilt_deg: 30 }))
  expect(ledger.standing).toHaveLength(COVERS.length)
  await monitor.process(at(71, { tilt_deg: 30 }))
  expect(ledger.standing).toHaveLength(2 * COVERS.length)
  expect(ledger.asked).toEqual({ together: 1, alone: 0 })
})

test('devices that need a longer look get it together', async () => {
  const rules = [
    rule({ id: 'restless', when: "count(tilt_deg > 5.0, '25m') >= 3", clear: 'tilt_deg < 0.0' }),
    rule({ id: 'held', when: 'tilt_deg > 5.0', hold: minutes(28) }),
  ]
  const ledger = await lived(rules, (minute) => ({ tilt_deg: minute < 4 ? 1 : 9 }))
  const monitor = await startMonitor(ledger, rules, { clock })
  await monitor.process(at(30, { tilt_deg: 9 }))
  expect(ledger.asked).toEqual({ together: 2, alone: 0 })
  await monitor.process(at(31, { tilt_deg: 9 }))
  const held = ledger.standing.filter(({ ruleId }) => ruleId === 'held')
  expect(held).toEqual([])
  await monitor.process(at(32, { tilt_deg: 9 }))
  expect(ledger.standing.filter(({ ruleId }) => ruleId === 'held')).toHaveLength(COVERS.length)
})
