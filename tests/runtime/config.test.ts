import { expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { readConfig, SETTINGS } from '#runtime/config.ts'

test('without any variable every default is a valid value of its own kind', () => {
  const config = readConfig({})
  expect(config.mqtt.port).toBe(1883)
  expect(config.http.port).toBe(8080)
  expect(config.ingest.maxAgeDays).toBe(30)
  expect(config.store.dataDir).toBe('.data')
  expect(config.mqtt.tlsPort).toBeNull()
})

test('an empty variable counts as unset', () => {
  expect(readConfig({ DATABASE_URL: ' ', MQTT_PORT: '' })).toEqual(readConfig({}))
})

test('all faults are told together, by name, without their values', () => {
  const read = () => readConfig({ MQTT_PORT: '99999', HTTP_PORT: 'x', INGEST_ITEMS_MAX: '0' })
  expect(read).toThrow(Rejected)
  expect(read).toThrow(
    'HTTP_PORT must be a whole number; MQTT_PORT must be from 0 to 65535; INGEST_ITEMS_MAX must be from 1',
  )
  expect(read).not.toThrow('99999')
})

test('no two settings read one variable', () => {
  const names = Object.values(SETTINGS).flatMap((group) =>
    Object.values(group).map(({ name }) => name),
  )
  expect(new Set(names).size).toBe(names.length)
})

test('the outside names that others rely on are there', () => {
  const names = new Set<string>(
    Object.values(SETTINGS).flatMap((group) => Object.values(group).map(({ name }) => name)),
  )
  for (const name of [
    'MQTT_PORT',
    'MQTT_TLS_PORT',
    'MQTT_WS_PORT',
    'HTTP_PORT',
    'DATABASE_URL',
    'DATA_DIR',
    'ADMIN_TOKEN',
    'INGEST_MAX_AGE_DAYS',
  ]) {
    expect(names).toContain(name)
  }
})
