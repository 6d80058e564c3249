import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder } from '#ingest/decoder.ts'
import { PendingBatch } from '#ingest/pending-batch.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Rejection } from '#model/rejection.ts'
import { days, epochMs, formatInstant, seconds } from '#model/time.ts'
import { envelopeOf, receivedAt, registry } from './fixtures.ts'

const limits = { maxAge: days(30), maxAhead: seconds(300), itemsMax: 1_000, extraMaxBytes: 1_024 }

function decode(envelope: Envelope): PendingBatch {
  const batch = new PendingBatch()
  new Decoder(registry, limits).decode(envelope, batch)
  return batch
}

const now = formatInstant(receivedAt)
const reasonsOf = (rejection: Rejection | undefined): string[] =>
  (rejection?.reasons ?? []).map(({ code, field }) => (field ? `${code} ${field}` : code))
const decoded = (deviceId: string, payload: string | Uint8Array) =>
  decode(envelopeOf(deviceId, payload))

describe('a reading', () => {
  test('keeps its channels in the order of the kind, absent ones undefined', () => {
    const { readings, rejections } = decoded(
      'cover-1',
      `{"measuredAt":"${now}","seq":7,"battery_pct":93,"tilt_deg":1.5,"lid_open":false}`,
    )
    expect(rejections).toEqual([])
    expect(readings).toEqual([
      {
        device: registry.find('cover-1'),
        measuredAt: receivedAt,
        seq: 7,
        receivedAt,
        serverClock: false,
        values: [1.5, false, undefined, undefined, undefined, undefined, undefined, 93, undefined],
        extra: null,
      },
    ])
  })

  test('without any channel is a heartbeat', () => {
    expect(decoded('cover-1', `{"measuredAt":"${now}"}`).readings).toHaveLength(1)
    expect(decoded('cover-1', '{}').readings).toHaveLength(1)
  })

  test('takes epoch milliseconds, cut to the millisecond like a fraction of a second', () => {
    for (const text of [`${receivedAt}`, `${receivedAt}.75`, '1.7954208e12']) {
      const { readings } = decoded('cover-1', `{"measuredAt":${text}}`)
      expect(readings[0]?.measuredAt).toBe(receivedAt)
    }
  })

  test('takes null for an absent channel, time or number', () => {
    const { readings } = decoded('cover-1', '{"measuredAt":null,"seq":null,"tilt_deg":null}')
    expect(readings[0]).toMatchObject({ measuredAt: receivedAt, serverClock: true })
    expect(readings[0]?.values[0]).toBeUndefined()
  })

  test('without a time has ours, and numbers that keep two in one millisecond apart', () => {
    const decoder = new Decoder(registry, limits)
    const batch = new PendingBatch()
    for (const payload of ['{"tilt_deg":1}', '[{"tilt_deg":2},{"tilt_deg":3}]', '{}']) {
      decoder.decode(envelopeOf('cover-1', payload), batch)
    }
    const seqs = batch.readings.map(({ seq }) => seq)
    expect(batch.readings.every((reading) => reading.serverClock)).toBe(true)
    expect(batch.readings.every((reading) => reading.measuredAt === receivedAt)).toBe(true)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })

  test('without a time gives the same reading each time it is run again', () => {
    const replayOf = 'a1b2c3d4-0000-4000-8000-000000000001'
    const again = () => decode(envelopeOf('cover-1', '[{},{}]', { replayOf }))
    expect(again().readings).toEqual(again().readings)
    expect(again().readings[0]?.seq).not.toBe(again().readings[1]?.seq)
    expect(again().resolved).toEqual([replayOf])
  })

  test('keeps unknown channels as they came, even one named like a prototype', () => {
    const { readings } = decoded(
      'cover-1',
      `{"measuredAt":"${now}","fw":"1.4","cells":[1,{"a":null}],"__proto__":{"x":1},"":0}`,
    )
    const extra = readings[0]?.extra
    expect(JSON.stringify(extra)).toBe(
      '{"fw":"1.4","cells":[1,{"a":null}],"__proto__":{"x":1},"":0}',
    )
  })

  test('of a device in GCJ-02 is converted once, by the plain and by the full decoder', () => {
    const fix = `"lon_deg":121.4737,"lat_deg":31.2304`
    const plain = decoded('truck-gcj', `{"measuredAt":"${now}",${fix}}`).readings[0]
    const full = decoded('truck-gcj', `{"measuredAt":"${now}",${fix},"fw":1}`).readings[0]
    expect(plain?.values[0]).toBeCloseTo(121.4692, 3)
    expect(plain?.values[1]).toBeCloseTo(31.2324, 3)
    expect(full?.values).toEqual(plain?.values)
    const wgs = decoded('truck-1', `{"measuredAt":"${now}",${fix}}`).readings[0]
    expect(wgs?.values.slice(0, 2)).toEqual([121.4737, 31.2304])
  })

  test('may begin with a byte order mark and hold any white space', () => {
    expect(decoded('cover-1', '\ufeff {\n\t"tilt_deg" : 1 }\r\n').readings).toHaveLength(1)
  })
})

describe('what is refused is refused with every reason', () => {
  const far = formatInstant(epochMs(receivedAt + 301_000))
  const old = formatInstant(epochMs(receivedAt - 31 * 86_400_000))
  test.each<[string, string, string | Uint8Array, string[]]>([
    ['half a character', 'cover-1', Buffer.from([0x7b, 0xc3, 0x28, 0x7d]), ['not-utf8']],
    ['nothing', 'cover-1', '', ['not-json']],
    ['a cut object', 'cover-1', '{"tilt_deg":1', ['not-json']],
    ['two objects', 'cover-1', '{"tilt_deg":1}{"tilt_deg":2}', ['not-json']],
    ['NaN', 'cover-1', '{"tilt_deg":NaN}', ['not-json']],
    ['a leading zero', 'cover-1', `{"measuredAt":"${now}","tilt_deg":01}`, ['not-json']],
    ['a bare point', 'cover-1', `{"measuredAt":"${now}","tilt_deg":1.}`, ['not-json']],
    ['a trailing comma', 'cover-1', `{"measuredAt":"${now}",}`, ['not-json']],
    ['a number', 'cover-1', '17', ['not-object']],
    ['null', 'cover-1', 'null', ['not-object']],
    ['no item', 'cover-1', '[]', ['empty-array']],
    ['1001 items', 'cover-1', `[${'{},'.repeat(1_000)}{}]`, ['too-many']],
    ['a stranger', 'nobody', '{}', ['unknown-device']],
    ['a stranger with rubbish', 'nobody', '[', ['unknown-device', 'not-json']],
    [
      'a disabled device',
      'asleep-1',
      '{"fill_pct":101}',
      ['disabled-device', 'channel-range fill_pct'],
    ],
    [
      'a time without a zone',
      'cover-1',
      '{"measuredAt":"2026-11-23T08:00:00"}',
      ['time-format measuredAt'],
    ],
    ['30 February', 'cover-1', '{"measuredAt":"2026-02-30T08:00:00Z"}', ['time-format measuredAt']],
    ['a time in words', 'cover-1', '{"measuredAt":"yesterday"}', ['time-format measuredAt']],
    ['a boolean time', 'cover-1', '{"measuredAt":true}', ['time-format measuredAt']],
    ['an infinite time', 'cover-1', '{"measuredAt":1e400}', ['time-format measuredAt']],
    ['epoch seconds', 'cover-1', '{"measuredAt":1795420800}', ['time-too-old measuredAt']],
    ['the future', 'cover-1', `{"measuredAt":"${far}"}`, ['time-future measuredAt']],
    ['long ago', 'cover-1', `{"measuredAt":"${old}"}`, ['time-too-old measuredAt']],
    ['a negative seq', 'cover-1', '{"seq":-1}', ['seq-invalid seq']],
    ['a broken seq', 'cover-1', '{"seq":1.5}', ['seq-invalid seq']],
    ['a seq beyond 2^53', 'cover-1', '{"seq":9007199254740992}', ['seq-invalid seq']],
    ['a text seq', 'cover-1', '{"seq":"1"}', ['seq-invalid seq']],
    ['a text channel', 'cover-1', '{"tilt_deg":"1"}', ['channel-type tilt_deg']],
    ['an array channel', 'cover-1', '{"tilt_deg":[1]}', ['channel-type tilt_deg']],
    ['a number for a flag', 'cover-1', '{"lid_open":1}', ['channel-type lid_open']],
    ['a flag for a number', 'cover-1', '{"tilt_deg":true}', ['channel-type tilt_deg']],
    ['half a shock', 'cover-1', '{"vibration_count":1.5}', ['channel-type vibration_count']],
    ['too steep', 'cover-1', '{"tilt_deg":180.1}', ['channel-range tilt_deg']],
    ['below the range', 'cover-1', '{"tilt_deg":-0.1}', ['channel-range tilt_deg']],
    ['infinite', 'cover-1', '{"tilt_deg":1e999}', ['channel-not-finite tilt_deg']],
    ['infinite, unknown', 'cover-1', '{"fw":[-1e999]}', ['channel-not-finite fw']],
    ['half a place', 'truck-1', '{"lon_deg":121.4}', ['place-incomplete']],
    ['null island', 'truck-1', '{"lon_deg":0,"lat_deg":0}', ['place-null-island']],
    ['swapped', 'truck-1', '{"lon_deg":31.2,"lat_deg":121.4}', ['place-swapped']],
    ['Mercator', 'truck-1', '{"lon_deg":13522000,"lat_deg":3662000}', ['place-projected']],
    ['off the earth', 'truck-1', '{"lon_deg":190,"lat_deg":95}', ['place-out-of-range']],
    ['a text place', 'truck-1', '{"lon_deg":"121.4","lat_deg":31.2}', ['channel-type lon_deg']],
    ['NUL in a text', 'cover-1', '{"fw":"a\\u0000b"}', ['text-not-storable fw']],
    ['half a pair in a text', 'cover-1', '{"fw":["\\ud800"]}', ['text-not-storable fw']],
    ['NUL in a key', 'cover-1', '{"f\\u0000":1}', ['text-not-storable "f\\u0000"']],
    ['half a pair in an inner key', 'cover-1', '{"fw":{"\\udfff":1}}', ['text-not-storable fw']],
    ['too much unknown', 'cover-1', `{"fw":"${'x'.repeat(1_025)}"}`, ['extra-too-large']],
    [
      'too deep',
      'cover-1',
      `{"fw":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      ['extra-too-large fw'],
    ],
    [
      'several faults',
      'truck-1',
      '{"measuredAt":"now","seq":-1,"speed_kmh":301,"ignition":"on","lon_deg":0,"lat_deg":0}',
      [
        'time-format measuredAt',
        'seq-invalid seq',
        'channel-range speed_kmh',
        'channel-type ignition',
        'place-null-island',
      ],
    ],
  ])('%s', (_, deviceId, payload, expected) => {
    const { readings, rejections } = decoded(deviceId, payload)
    expect(readings).toEqual([])
    expect(rejections).toHaveLength(1)
    expect(reasonsOf(rejections[0])).toEqual(expected)
    expect(rejections[0]?.item).toBeNull()
    expect(Buffer.from(rejections[0]?.payload ?? [])).toEqual(Buffer.from(payload))
  })

  test('a message on any topic but its own', () => {
    for (const topic of ['wanmi/v1/cover-2/telemetry', 'x', 'wanmi/v1/cover-1/telemetry/']) {
      const { rejections } = decode(envelopeOf('cover-1', '{}', { topic }))
      expect(reasonsOf(rejections[0])).toEqual(['wrong-topic'])
    }
  })

  test('a message the decoder fails on is kept, to be run again', () => {
    const broken = {
      find: () => {
        throw new Error('no\0 registry')
      },
    }
    const batch = new PendingBatch()
    new Decoder(broken, limits).decode(envelopeOf('cover-1', '{}'), batch)
    expect(batch.rejections).toMatchObject([
      { reasons: [{ code: 'not-decoded', detail: 'no  registry' }] },
    ])
  })

  test('details are short and can be stored, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const key = JSON.stringify(text)
        const payload = `{"measuredAt":${key},"tilt_deg":${key},${key}:1e999}`
        for (const { reasons } of decoded('cover-1', payload).rejections) {
          for (const { field = '', detail = '' } of reasons) {
            expect(detail.length).toBeLessThanOrEqual(200)
            expect((field + detail).isWellFormed()).toBe(true)
            expect(field + detail).not.toContain('\0')
          }
        }
      }),
    )
  })
})

describe('an array', () => {
  test('keeps its good items and gives each bad one up with its exact text', () => {
    const bad = '{ "tilt_deg": 999,  "note": "a]},{\\"\\u00e9" }'
    const payload = `[ {"tilt_deg":1,"seq":1},${bad} ,null, [1,[2]],{"tilt_deg":2,"seq":2} ]`
    const { readings, rejections } = decoded('cover-1', payload)
    expect(readings.map(({ seq }) => seq)).toEqual([1, 2])
    expect(rejections.map(({ item, payload }) => [item, Buffer.from(payload).toString()])).toEqual([
      [1, bad],
      [2, 'null'],
      [3, '[1,[2]]'],
    ])
    expect(rejections.map(reasonsOf)).toEqual([
      ['channel-range tilt_deg'],
      ['not-object'],
      ['not-object'],
    ])
  })

  test('that is run again settles its entry; what is still bad becomes entries of its own', () => {
    const replayOf = '00000000-0000-4000-8000-000000000002'
    const batch = decode(envelopeOf('cover-1', '[{"seq":1},{"seq":-1}]', { replayOf }))
    expect(batch.resolved).toEqual([replayOf])
    expect(batch.rejections).toMatchObject([{ item: 1, replayOf: null }])
    const whole = decode(envelopeOf('cover-1', '{"seq":-1}', { replayOf }))
    expect(whole.resolved).toEqual([])
    expect(whole.rejections).toMatchObject([{ item: null, replayOf }])
  })

  test('is cut into exactly the texts of its items', () => {
    const value = fc.jsonValue({ maxDepth: 3 }).filter((value) => !isObject(value))
    const space = fc.constantFrom('', ' ', '\n', '\t ')
    fc.assert(
      fc.property(fc.array(fc.tuple(value, space, space), { minLength: 1 }), (items) => {
        const texts = items.map(([value]) => JSON.stringify(value))
        const payload = `[${items.map(([, a, b], i) => a + texts[i] + b).join(',')}]`
        const { rejections } = decoded('cover-1', payload)
        expect(rejections.map(({ payload }) => Buffer.from(payload).toString())).toEqual(texts)
      }),
    )
  })
})

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
