import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '#ingest/decoder.ts'
import { PendingBatch } from '#ingest/pending-batch.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import { findKind } from '#model/kinds.ts'
import { days, epochMs, formatInstant, parseInstant, seconds } from '#model/time.ts'
import { envelopeOf, receivedAt, registry } from './fixtures.ts'

const limits = { maxAge: days(30), maxAhead: seconds(300), itemsMax: 1_000, extraMaxBytes: 1_024 }

function decode(envelope: Envelope): PendingBatch {
  const batch = new PendingBatch()
  new Decoder(registry, limits).decode(envelope, batch)
  return batch
}

const now = formatInstant(receivedAt)
describe('the quick way and the full way', () => {
  /** Texts a device may send for a value, right and wrong, plain and not. */
  const valueText = fc.oneof(
    fc.double().map((value) => JSON.stringify(value)),
    fc.integer().map(String),
    fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.nat({ max: 999_999 }))
      .map(([a, b]) => `${a}.${b}`),
    fc.constantFrom('0', '-0', '00', '1.', '.5', '1e2', '-', '1E-3', '123456789012345678', '0.1e1'),
    fc.constantFrom('true', 'false', 'null', 'tru', '""', '"x"', '[]', '{}', '\u00e9'),
    fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date)),
    fc.integer({ min: -40, max: 1 }).map((day) => String(receivedAt + day * 86_400_000)),
    fc
      .integer({ min: -40 * 86_400, max: 400 })
      .map((s) => JSON.stringify(formatInstant(epochMs(receivedAt + s * 1_000)))),
    fc.constant(`"${now.replace('.000Z', '+00:00')}"`),
    fc.constant(`"${now.replace('Z', '-00:01')}"`),
  )
  const member = (kind: string) =>
    fc.tuple(
      fc.constantFrom(
        ...(findKind(kind)?.channels ?? []).map(({ name }) => name),
        'measuredAt',
        'measuredAt',
        'seq',
        'fw',
      ),
      fc.constantFrom('', ' '),
      valueText,
    )
  const object = (kind: string) =>
    fc
      .array(member(kind), { maxLength: 8 })
      .map((members) => `{${members.map(([k, s, v]) => `"${k}"${s}:${s}${v}`).join(',')}}`)
  const payload = (kind: string) =>
    fc.oneof(
      object(kind),
      fc.array(object(kind), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    )

  // A space before the first byte sends a message the full way and changes nothing else.
  const both = (device: Device, text: string) =>
    [text, ` ${text}`].map((payload) => {
      const { readings, rejections } = decode(envelopeOf(device.id, payload))
      return { readings, reasons: rejections.map(({ item, reasons }) => ({ item, reasons })) }
    })

  test.each(['cover-1', 'truck-1', 'truck-gcj', 'gauge-1'])('agree about %s', (id) => {
    const device = registry.find(id) as Device
    fc.assert(
      fc.property(payload(device.kind), (text) => {
        const [quick, full] = both(device, text)
        expect(quick).toEqual(full)
      }),
      { numRuns: 3_000 },
    )
  })

  test('agree about every instant, leap days and zones included', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
    const year = fc.constantFrom('2026', '2024', '2100', '2000', '1969', '0099', '20x6')
    const fraction = fc.constantFrom('', '.1', '.123', '.123456')
    const zone = fc.oneof(
      fc.constantFrom('Z', 'z', '', '+0800', '+8:00'),
      fc
        .tuple(fc.constantFrom('+', '-', ' '), two(25), two(61))
        .map(([s, h, m]) => `${s}${h}:${m}`),
    )
    const text = fc
      .tuple(
        year,
        two(14),
        two(33),
        fc.constantFrom('T', 't', ' '),
        two(25),
        two(61),
        two(61),
        fraction,
        zone,
      )
      .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`)
    const wide = { ...limits, maxAge: days(1_000_000), maxAhead: days(1_000_000) }
    const decoder = new Decoder(registry, wide)
    fc.assert(
      fc.property(text, (instant) => {
        const batch = new PendingBatch()
        decoder.decode(envelopeOf('cover-1', `{"measuredAt":"${instant}"}`), batch)
        expect(batch.readings[0]?.measuredAt).toBe(parseInstant(instant))
      }),
      { numRuns: 5_000 },
    )
  })
})
