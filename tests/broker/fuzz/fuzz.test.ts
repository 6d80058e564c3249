import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type House, metric, openHouse, secretOf } from '#tests/broker/harness.ts'
import { bareDevice } from '#tests/support/bare-device.ts'
import { runCampaign } from './campaign.ts'
import { HealthyClient } from './healthy-client.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** `FUZZ_SEED` replays a run; `FUZZ_FIRST` and `FUZZ_SESSIONS` a single session of it. */
const SEED = process.env['FUZZ_SEED'] ?? '万米'
const FIRST = Number(process.env['FUZZ_FIRST'] ?? 0)
const SESSIONS = Number(process.env['FUZZ_SESSIONS'] ?? 300)
const LANES = 8

const DEVICES = Array.from({ length: LANES * 31 }, (_, n) =>
  bareDevice(`fuzz-${n}`, 'manhole-cover'),
)
const HEALTHY = bareDevice('healthy', 'manhole-cover')

const known = (id: string) => ({ id, secret: secretOf(id) })

const open = (): Promise<House> =>
  openHouse({ mqtt: { wsPort: 0 }, devices: [...DEVICES, HEALTHY] })

const HEAP_GROWTH_MAX = 8 * 2 ** 20
/** Broker, sessions and a second worker share two cores here; the bench has figures. */
const PUBACK_P99_MAX_MS = 2_000

test(`${SESSIONS} sessions of nonsense harm nobody who makes sense`, async () => {
  const house = await open()
  const { tcp, ws } = house.broker.ports
  const healthy = await HealthyClient.start(tcp, known(HEALTHY.id))
  const campaign = {
    seed: SEED,
    ports: { tcp, ws: ws ?? 0 },
    devices: DEVICES.map(({ id }) => known(id)),
    concurrency: LANES,
    quietMs: 50,
  }
  await runCampaign({ ...campaign, first: 1_000_000, sessions: 30 })
  house.sink.forget()
  collect()
  const before = process.memoryUsage().heapUsed
  const { faults } = await runCampaign({ ...campaign, first: FIRST, sessions: SESSIONS })
  const health = await healthy.stop()
  expect(faults, `seed ${SEED}`).toEqual([])
  expect(house.fatal).toEqual([])
  expect(health.acknowledged).toBe(health.sent)
  expect(health.p99Ms).toBeLessThan(PUBACK_P99_MAX_MS)
  await expect.poll(() => metric(house, 'wanmi_mqtt_connections')).toBe(0)
  await expect.poll(() => house.ingest.pending).toEqual({ messages: 0, bytes: 0 })
  house.sink.forget()
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_GROWTH_MAX)
})
