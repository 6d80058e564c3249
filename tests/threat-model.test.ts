import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableWith } from './support/markdown-tables.ts'

const rows = tableWith(readFileSync('docs/threat-model.md', 'utf8'), 'door', 'STRIDE', 'proof')

test('every threat is named by its letters, with what guards against it and a test that is there', () => {
  expect(rows.length).toBeGreaterThan(40)
  for (const row of rows) {
    const what = `${row['door']}: ${row['what could happen']}`
    expect(row['STRIDE'], what).toMatch(/^[STRIDE](, [STRIDE])*$/)
    expect(row['what guards it'], what).not.toBe('')
    const proofs = row['proof']?.split(', ') ?? []
    expect(
      proofs.filter((file) => !file.startsWith('tests/') || !existsSync(file)),
      what,
    ).toEqual([])
    expect(proofs.length, what).toBeGreaterThan(0)
  }
})

test('every door is there', () => {
  const doors = new Set(rows.map((row) => row['door']))
  expect([...doors]).toEqual([
    'MQTT',
    'MQTT over TLS',
    'MQTT over WebSocket',
    'HTTP API',
    'Open311',
    'Webhooks out',
    'OpenID Connect',
    'File imports',
    'Attachments',
    'Exchange files',
    'Database',
    'S3 storage',
    'Operator CLI',
    'Clock',
    'Logs and metrics',
    'Supply',
    'Container',
  ])
  const letters = (door: string): Set<string> =>
    new Set(
      rows.filter((row) => row['door'] === door).flatMap((row) => row['STRIDE']?.split(', ') ?? []),
    )
  // The two doors to which anybody comes are looked at in all six ways.
  for (const door of ['MQTT', 'HTTP API'])
    expect([...letters(door)].toSorted().join('')).toBe('DEIRST')
})
