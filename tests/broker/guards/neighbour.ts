import { expect } from 'vitest'
import { HealthyClient } from '#tests/broker/fuzz/healthy-client.ts'
import { type House, secretOf } from '#tests/broker/harness.ts'

/**
 * What a neighbour may notice here, where attacker, broker and a second worker share two cores:
 * `npm run bench -- abuse` has figures.
 */
const PUBACK_P99_MAX_MS = 2_000

/** Runs the abuse beside a healthy device, and checks that every message of it has its PUBACK in time. */
export async function besideNeighbour<Result>(
  { broker }: House,
  abuse: () => Promise<Result>,
  deviceId = 'gauge-1',
): Promise<Result> {
  const device = { id: deviceId, secret: secretOf(deviceId) }
  const healthy = await HealthyClient.start(broker.ports.tcp, device)
  const result = await abuse()
  const health = await healthy.stop()
  expect(health.acknowledged).toBe(health.sent)
  expect(health.acknowledged).toBeGreaterThan(0)
  expect(health.p99Ms).toBeLessThan(PUBACK_P99_MAX_MS)
  return result
}
