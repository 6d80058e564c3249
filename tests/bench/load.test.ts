import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COVER_PAYLOAD, type LoadOptions, spawnLoad } from '#bench/load.ts'
import { startTarget, type TargetProcess } from '#bench/target-process.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const SECRET = 'a-secret-long-enough-to-be-random'

let database: TestDatabase
let wanmi: TargetProcess
beforeAll(async () => {
  database = await freshDatabase()
  wanmi = await startTarget('wanmi', {
    DATABASE_URL: database.url,
    BENCH_SECRET: SECRET,
    BENCH_DEVICES: '20',
  })
})
afterAll(async () => {
  await wanmi.stop()
  await database.drop()
})

const load = (traffic: LoadOptions['traffic']) =>
  spawnLoad({
    port: wanmi.port,
    clients: 20,
    traffic,
    seconds: 1,
    warmupSeconds: 0.2,
    devicePrefix: 'load-',
    firstAt: Date.now(),
    stepMs: 1,
    secret: SECRET,
    payload: COVER_PAYLOAD,
    watch: [{ pid: wanmi.pid, tree: false }],
  })

test('the load of the benches is stored by the service, all of it', async () => {
  const closed = await load({ inFlight: 5 })
  expect(closed).toMatchObject({ disconnected: 0 })
  expect(closed.acknowledged).toBeGreaterThan(100)
  expect(closed.cpuUsPerMessage[0]).toBeGreaterThan(0)
  const paced = await load({ perSecond: 200 })
  expect(paced).toMatchObject({ disconnected: 0, unanswered: 0 })
  expect(paced.acknowledged).toBeGreaterThan(100)
  wanmi.child.send('metrics')
  const [{ metrics }] = (await once(wanmi.child, 'message')) as [{ metrics: string }]
  const stored = Number(/^wanmi_readings_stored_total (\d+)/m.exec(metrics)?.[1])
  expect(stored).toBeGreaterThanOrEqual(closed.acknowledged + paced.acknowledged)
  expect(metrics).toMatch(/^wanmi_messages_quarantined_total 0$/m)
})
