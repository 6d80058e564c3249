import { connectAsync } from 'mqtt'
import { expect } from 'vitest'
import { foldCase } from '#cases/fold.ts'
import { startService } from '#main.ts'
import { telemetryTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { CASE_COLUMNS, toCase } from '#store/case-row.ts'
import { readEvents } from '#store/cases/case-events.ts'
import type { TestDatabase } from '#tests/support/database.ts'
import { ADMIN_TOKEN, askApi } from '#tests/support/service-process.ts'
import { countRows, KNOWN_READING } from './filled-city.ts'

/**
 * What a service must find in a database that was filled by `fillCity`, whatever became of it since:
 * its cases are what their events come to, a device comes in with its secret, a reading that was
 * stored is known and another one is stored, and what people do is written on.
 */
export async function knowsItsCity({ database, url }: TestDatabase): Promise<void> {
  const { pool } = database
  const names = CASE_COLUMNS.map(({ column }) => column).join(', ')
  const { rows } = await pool.query<{ id: string } & Record<string, unknown>>(
    `select ${names} from case_record`,
  )
  expect(rows.length).toBeGreaterThan(2)
  for (const row of rows) expect(toCase(row)).toEqual(foldCase(await readEvents(pool, row.id)))

  const config = readConfig({
    DATABASE_URL: url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_HOST: '127.0.0.1',
    MQTT_PORT: '0',
    INGEST_MAX_AGE_DAYS: '36500',
  })
  const service = await startService(config, ADMIN_TOKEN, silentLogger)
  try {
    const before = await countRows(pool)
    const readings = before['reading_manhole_cover'] ?? 0
    const device = await connectAsync(service.mqttUrls[0] ?? '', {
      username: 'cover',
      password: 'secret-of-the-device-cover',
    })
    const send = (reading: object): Promise<unknown> =>
      device.publishAsync(telemetryTopic('cover'), JSON.stringify(reading), { qos: 1 })
    await send(KNOWN_READING)
    expect((await countRows(pool))['reading_manhole_cover']).toBe(readings)
    await send({ ...KNOWN_READING, seq: 77 })
    expect((await countRows(pool))['reading_manhole_cover']).toBe(readings + 1)
    await device.endAsync()

    const api = { api: service.httpUrl }
    const { items } = await askApi<{ items: object[] }>(api, '/api/v1/cases')
    expect(items).toHaveLength(rows.length)
    // What is counted up goes on where it was.
    await askApi(api, '/api/v1/departments/new', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: '新部门' }),
    })
    expect((await countRows(pool))['audit_log']).toBeGreaterThan(before['audit_log'] ?? 0)
  } finally {
    await service.stop()
  }
}
