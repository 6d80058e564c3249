import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toWgs84 } from '#model/place.ts'
import { type ReportContext, readTerminalReport } from '#model/terminal-report.ts'
import { days, epochMs, minutes } from '#model/time.ts'

const receivedAt = epochMs(Date.UTC(2026, 10, 25, 8))
const CONTEXT: ReportContext = {
  coordinateSystem: 'wgs84',
  receivedAt,
  maxAge: days(30),
  maxAhead: minutes(5),
}
const ID = '3f2b8a54-9f0e-4a57-8a59-0c2f6f6f1d01'
const PHOTO = '019ab0c5-7d2e-7cc1-8f52-3a6e1f9c4b7d'
const TEN = Array.from({ length: 10 }, (_, n) => PHOTO.replace(/.$/, String(n)))
const MONTH = days(30)
const LEAST = { id: ID, kind: 'event', text: '路面积水', address: '解放路18号门前' }

const read = (value: unknown, context: Partial<ReportContext> = {}) =>
  readTerminalReport(value, { ...CONTEXT, ...context })
const codesOf = (value: unknown): string[] => {
  const result = read(value)
  return 'reasons' in result
    ? result.reasons.map(({ code, field }) => [code, ...(field ? [field] : [])].join(' '))
    : []
}

describe('a report', () => {
  test('of the least that makes sense is read, with what it does not say as null', () => {
    expect(read(LEAST)).toEqual({
      report: {
        id: ID,
        kind: 'event',
        class: null,
        condition: null,
        partId: null,
        place: null,
        address: '解放路18号门前',
        text: '路面积水',
        photos: [],
        observedAt: receivedAt,
      },
    })
  })

  test('of everything is read, ids in small letters and its place in WGS-84', () => {
    const place = { lon_deg: 111.0057, lat_deg: 35.0264 }
    const facts = {
      kind: 'part',
      class: '0102',
      condition: 'missing-or-displaced',
      partId: '1408020102000042',
      address: '解放路18号',
      text: '井盖移位',
    } as const
    const full = {
      ...facts,
      ...place,
      id: ID.toUpperCase(),
      photos: [PHOTO.toUpperCase()],
      observedAt: '2026-11-25T15:58:00+08:00',
    }
    const observedAt = epochMs(Date.UTC(2026, 10, 25, 7, 58))
    expect(read(full)).toEqual({
      report: { ...facts, id: ID, photos: [PHOTO], observedAt, place },
    })
    for (const coordinateSystem of ['gcj02', 'bd09'] as const) {
      const result = read(full, { coordinateSystem })
      expect(result).toMatchObject({ report: { place: toWgs84(place, coordinateSystem) } })
    }
  })

  test('counts null as absent, and takes an instant in either form', () => {
    expect(read({ ...LEAST, class: null, photos: null, observedAt: null })).toEqual(read(LEAST))
    const observedAt = receivedAt - 1_000
    expect(read({ ...LEAST, observedAt })).toMatchObject({ report: { observedAt } })
  })

  test.each<[string, unknown, readonly string[]]>([
    ['a text', 'a text', ['report-format']],
    ['an array', [LEAST], ['report-format']],
    ['null', null, ['report-format']],
    ['nothing said', {}, ['report-format id', 'report-format kind']],
    ['an id that is no UUID', { ...LEAST, id: '42' }, ['report-format id']],
    ['another kind', { ...LEAST, kind: 'thing' }, ['report-format kind']],
    ['a class of three digits', { ...LEAST, class: '102' }, ['report-format class']],
    ['a part id of two digits', { ...LEAST, partId: '42' }, ['report-format partId']],
    ['a field nobody knows', { ...LEAST, adress: 'x' }, ['report-format adress']],
    ['a long text', { ...LEAST, text: 'x'.repeat(2_001) }, ['report-format text']],
    ['an empty text', { ...LEAST, text: '' }, ['report-format text']],
    ['a blank text', { ...LEAST, text: ' \n' }, ['report-format text']],
    ['a photo twice', { ...LEAST, photos: [PHOTO, PHOTO] }, ['report-format photos']],
    ['ten photos', { ...LEAST, photos: TEN }, ['report-format photos']],
    ['the name of a photo', { ...LEAST, photos: ['a.jpg'] }, ['report-format photos.0']],
    ['a NUL', { ...LEAST, text: 'a\0b' }, ['text-not-storable']],
    ['half a place', { ...LEAST, lon_deg: 111 }, ['place-incomplete']],
    ['no fix', { ...LEAST, lon_deg: 0, lat_deg: 0 }, ['place-null-island']],
    ['a swapped place', { ...LEAST, lon_deg: 35, lat_deg: 111 }, ['place-swapped']],
    ['no zone', { ...LEAST, observedAt: '2026-11-25T08:00:00' }, ['time-format observedAt']],
    ['a truth for an instant', { ...LEAST, observedAt: true }, ['time-format observedAt']],
    ['an instant beyond all years', { ...LEAST, observedAt: 9e15 }, ['time-format observedAt']],
    ['the future', { ...LEAST, observedAt: receivedAt + 300_001 }, ['time-future observedAt']],
    ['long ago', { ...LEAST, observedAt: receivedAt - MONTH - 1 }, ['time-too-old observedAt']],
    ['neither what nor where', { id: ID, kind: 'event' }, ['report-format', 'report-format']],
    ['not where', { id: ID, kind: 'event', text: 'somewhere' }, ['report-format']],
    ['not what', { id: ID, kind: 'part', partId: '1408020102000042' }, ['report-format']],
    [
      'two faults',
      { ...LEAST, lat_deg: 35, observedAt: 'now' },
      ['place-incomplete', 'time-format observedAt'],
    ],
  ])('with %s is none', (_what, value, codes) => {
    expect(codesOf(value)).toEqual(codes)
  })

  test('is read or refused with a reason, whatever comes', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          id: fc.oneof(fc.constant(ID), fc.string()),
          kind: fc.constantFrom('part', 'event', 'x'),
          text: fc.string(),
          address: fc.string(),
          lon_deg: fc.double(),
          lat_deg: fc.double(),
          observedAt: fc.jsonValue(),
          photos: fc.array(fc.oneof(fc.constant(PHOTO), fc.string())),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(anything, (value) => {
        const result = read(value)
        if ('reasons' in result) {
          expect(result.reasons.length).toBeGreaterThan(0)
          for (const { detail = '' } of result.reasons) {
            expect(detail.length).toBeLessThanOrEqual(200)
            expect(detail.isWellFormed()).toBe(true)
          }
        } else {
          expect(result.report.id).toBe(ID)
          expect(Math.abs(result.report.observedAt - receivedAt)).toBeLessThanOrEqual(days(30))
        }
      }),
    )
  })
})
