import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { at, refusal, replayed } from './replayed.ts'

describe('a GPX recording', () => {
  const gpx = (segments: string): string =>
    `<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x"><metadata><time>2019-02-18T07:45:50Z</time></metadata><trk><name>304</name>${segments}</trk></gpx>`
  const point = (lat: number, lon: number, time: string, more = ''): string =>
    `<trkpt lat="${lat}" lon="${lon}"><ele>19.5</ele>${time && `<time>${time}</time>`}${more}</trkpt>`
  const track = gpx(
    `<trkseg>${point(35, 111, '2026-01-01T00:00:00Z')}${point(35.0009, 111, '2026-01-01T00:00:10Z', '<hdop>1.5</hdop><extensions><x:speed>7</x:speed></extensions>')}${point(35.0009, 111.0011, '2026-01-01T00:00:20Z')}${point(35.1, 111, '')}</trkseg><trkseg>${point(36, 112, '2026-01-01T00:00:30Z')}</trkseg>`,
  )
  const truck = { kind: 'refuse-truck', map: [] }

  test('gives the places of its points', async () => {
    const { readings, summary } = await replayed(track, truck)
    expect(readings).toEqual([
      { measuredAt: at('2026-01-01T00:00:00Z'), lon_deg: 111, lat_deg: 35 },
      { measuredAt: at('2026-01-01T00:00:10Z'), lon_deg: 111, lat_deg: 35.0009 },
      { measuredAt: at('2026-01-01T00:00:20Z'), lon_deg: 111.0011, lat_deg: 35.0009 },
      { measuredAt: at('2026-01-01T00:00:30Z'), lon_deg: 112, lat_deg: 36 },
    ])
    expect(summary).toMatchObject({ rows: 5, distinct: 4, skipped: { 'no time': 1 } })
  })

  test('gives speed and heading from fix to fix when asked, but not across a gap in the track', async () => {
    const { readings } = await replayed(gzipSync(track), { ...truck, motion: true })
    const motion = readings.map(({ speed_kmh, heading_deg }) => [speed_kmh, heading_deg])
    // 100 m in 10 s to the north, then 100 m to the east.
    expect(motion).toEqual([
      [undefined, undefined],
      [36, 0],
      [36.1, 90],
      [undefined, undefined],
    ])
  })

  test('has further elements as columns, those of extensions too', async () => {
    const { readings } = await replayed(track, {
      ...truck,
      motion: true,
      map: ['hdop=accuracy_m*5', 'speed=speed_kmh*3.6'],
    })
    expect(readings[1]).toMatchObject({ accuracy_m: 7.5, speed_kmh: 25.2, heading_deg: 0 })
  })

  test('cut off in the middle it is refused in a sentence, with the line', async () => {
    expect(await refusal(track.slice(0, 400), truck)).toMatch(/^the file is not GPX: \d+:\d+: /)
  })
})
