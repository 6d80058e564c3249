import { describe, expect, test } from 'vitest'
import { refusal, replayed, surveyOf } from './replayed.ts'

const BY_ID = { column: 'id', prefix: '' } as const

describe('a recording of many devices', () => {
  test('is one stream in the order of the file, each reading from its own device', async () => {
    const { broker, summary } = await replayed(
      'id,time,level\na,1735689600,1\nb,1735689600,2\na,1735689660,3\nc,1735689540,4\nb,1735689660,5\n',
      { naming: { column: 'id', prefix: 'river:' }, window: 1 },
    )
    const sent = broker.published.map(({ id, packet }) => [
      id,
      packet.topic,
      JSON.parse(packet.payload.toString()).level_mm,
    ])
    expect(sent.filter(([id]) => id === 'river:a')).toEqual([
      ['river:a', 'wanmi/v1/river:a/telemetry', 1],
      ['river:a', 'wanmi/v1/river:a/telemetry', 3],
    ])
    expect(new Set(sent.map(([, , level]) => level))).toEqual(new Set([1, 2, 3, 4, 5]))
    const secrets = broker.sessions.map(({ connect }) => connect.password?.toString())
    expect(new Set(secrets)).toEqual(
      new Set(['secret of river:a', 'secret of river:b', 'secret of river:c']),
    )
    expect(summary).toMatchObject({ devices: 3, rows: 5, distinct: 5, acknowledged: 5 })
  })

  test('tells rows of the same time apart for each device', async () => {
    const { broker, summary } = await replayed(
      'id,time,level\na,1735689600,1\nb,1735689600,1\na,1735689600,2\na,1735689600,1\nb,1735689600,1\n',
      { naming: BY_ID },
    )
    const identities = broker.published.map(({ id, packet }) => {
      const { seq = 0 } = JSON.parse(packet.payload.toString())
      return `${id} ${seq}`
    })
    expect(identities.sort()).toEqual(['a 0', 'a 0', 'a 1', 'b 0', 'b 0'])
    expect(summary).toMatchObject({ distinct: 3, repeated: 2 })
  })

  test('puts readings into arrays device by device', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => `${n % 2 ? 'a' : 'b'},${1735689600 + n},${n}`)
    const { broker, summary } = await replayed(`id,time,level\n${rows.join('\n')}\n`, {
      naming: BY_ID,
      array: 10,
    })
    for (const { id, packet } of broker.published) {
      const levels = JSON.parse(packet.payload.toString()).map(
        ({ level_mm }: { level_mm: number }) => level_mm,
      )
      expect(levels.length).toBe(levels[0] >= 40 ? 5 : 10)
      expect(levels.every((level: number) => (level % 2 === 1) === (id === 'a'))).toBe(true)
    }
    expect(summary).toMatchObject({ messages: 6, published: 50, acknowledged: 50 })
  })

  test('counts rows of no device and of what cannot be one', async () => {
    const { summary } = await replayed(
      `id,time,level\n,1735689600,1\n一号,1735689600,2\n${'x'.repeat(65)},1735689600,3\nok,1735689600,4\n`,
      { naming: BY_ID },
    )
    expect(summary).toMatchObject({
      devices: 1,
      distinct: 1,
      skipped: { 'no device': 1, 'device cannot be an id': 2 },
    })
  })

  test('of which no row can be used connects nobody', async () => {
    const { summary, broker } = await replayed('time,level\nnever,1\n')
    expect(summary).toMatchObject({ devices: 0, rows: 1, published: 0 })
    expect(broker.knocks).toBe(0)
  })

  test('needs the column of the devices', async () => {
    expect(await refusal('time,level\n', { naming: BY_ID })).toBe(
      'no column id (there are time, level)',
    )
  })
})

describe('what a recording is looked through for', () => {
  test('the usual interval of a device is the median of its spans', async () => {
    const rows = [
      ...['1735689600', '?', '1735690500', '1735690500'].map((time) => `a,${time},1`),
      ...['1735689600', '1735690500', '1735691401', '1735777801', '1735778700'].map(
        (time) => `b,${time},1`,
      ),
      'c,1735689600,1',
      'd,1735689600,high',
    ]
    const survey = await surveyOf(`id,time,level\n${rows.join('\n')}\n`, { naming: BY_ID })
    expect(survey).toEqual({
      devices: [
        { id: 'a', interval: 900_000 },
        { id: 'b', interval: 901_000 },
        { id: 'c', interval: undefined },
      ],
      firstAt: 1_735_689_600_000,
      newestAt: 1_735_778_700_000,
      readings: 9,
    })
  })

  test('newest first is as far apart as oldest first', async () => {
    const survey = await surveyOf('time,level\n1735690500,1\n1735689600,1\n1735688700,1\n')
    expect(survey.devices).toEqual([{ id: 'gauge-1', interval: 900_000 }])
    expect(survey).toMatchObject({ firstAt: 1_735_690_500_000, newestAt: 1_735_690_500_000 })
  })
})

describe('a GPX file with several tracks', () => {
  const point = (lat: number, second: string, more = ''): string =>
    `<trkpt lat="${lat}" lon="111"><time>2026-01-01T00:00:${second}Z</time>${more}</trkpt>`
  const gpx = `<gpx><metadata><name>all</name></metadata>
    <wpt lat="34" lon="111"><name>depot</name><time>2026-01-01T00:00:00Z</time></wpt>
    <trk><name>bus-1</name><link href="x"><text>no</text></link><trkseg>${point(35, '00')}${point(35.0009, '10', '<name>stop</name>')}</trkseg></trk>
    <trk><trkseg>${point(36, '00')}</trkseg></trk>
    <trk><name>bus-2</name><trkseg>${point(37, '00')}${point(37.0018, '10')}</trkseg></trk></gpx>`

  test('has a device for each that has a name, each with its own motion', async () => {
    const { broker, summary } = await replayed(gpx, {
      kind: 'refuse-truck',
      map: [],
      naming: { column: 'name', prefix: '' },
      motion: true,
    })
    const speeds = broker.published.map(({ id, packet }) => {
      const { lat_deg, speed_kmh } = JSON.parse(packet.payload.toString())
      return [id, lat_deg, speed_kmh]
    })
    const of = (name: string) => speeds.filter(([id]) => id === name)
    expect(of('depot')).toEqual([['depot', 34, undefined]])
    expect(of('bus-1')).toEqual([
      ['bus-1', 35, undefined],
      ['bus-1', 35.0009, 36],
    ])
    expect(of('bus-2')).toEqual([
      ['bus-2', 37, undefined],
      ['bus-2', 37.0018, 72.1],
    ])
    expect(summary).toMatchObject({ devices: 3, rows: 6, skipped: { 'no device': 1 } })
  })
})
