import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { epochMs, parseInstant } from '#model/time.ts'
import { parseRecordedTime } from '#simulator/replay/recorded-time.ts'
import { openSource, type SourceOptions } from '#simulator/replay/recording-source.ts'
import { type ReplayOptions, type ReplayProgress, replay } from '#simulator/replay/replay.ts'
import type { Row } from '#simulator/replay/row.ts'
import { usualInterval } from '#simulator/replay/usual-interval.ts'
import { FakeBroker } from './fake-broker.ts'
import { until } from './until.ts'

const now = epochMs(Date.parse('2026-11-23T00:00:00Z'))
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wanmi-replay-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function fileOf(content: string | Buffer): Promise<string> {
  const file = join(folder, `recording-${files++}`)
  await writeFile(file, content)
  return file
}

type Options = Partial<SourceOptions & Omit<ReplayOptions, 'source'>>

async function optionsOf(
  broker: FakeBroker,
  file: string,
  options: Options = {},
): Promise<ReplayOptions> {
  const source = await openSource({
    file,
    kind: 'pipe-gauge',
    map: ['level=level_mm'],
    timeColumn: null,
    delimiter: ',',
    motion: false,
    ...options,
  })
  return {
    source,
    device: { id: 'gauge-1', secret: 's' },
    endpoint: { host: '127.0.0.1', port: broker.port },
    zone: '+08:00',
    motion: false,
    shift: 'none',
    speed: null,
    qos: 1,
    window: 20,
    array: 1,
    clock: { now: () => now },
    signal: new AbortController().signal,
    ...options,
  }
}

interface Outcome {
  readonly summary: ReplayProgress
  readonly readings: readonly Readonly<Record<string, unknown>>[]
  readonly broker: FakeBroker
}

async function replayed(content: string | Buffer, options: Options = {}): Promise<Outcome> {
  await using broker = await FakeBroker.open()
  const summary = await replay(await optionsOf(broker, await fileOf(content), options))
  const readings = broker.published.flatMap(({ packet }) => JSON.parse(packet.payload.toString()))
  return { summary, readings, broker }
}

async function refusal(content: string, options: Options): Promise<string> {
  try {
    await replayed(content, options)
    return 'accepted'
  } catch (error) {
    return error instanceof Rejected ? error.message : 'an error of another kind'
  }
}

const at = (text: string): number => parseInstant(text) ?? Number.NaN

describe('a CSV recording', () => {
  test('is published reading by reading with its own times, to the topic of its device', async () => {
    const { summary, readings, broker } = await replayed(
      'time,level\n2025-01-01T00:00:00Z,12\n2025-01-01T00:15:00Z,-3.5\n',
    )
    expect(readings).toEqual([
      { measuredAt: at('2025-01-01T00:00:00Z'), level_mm: 12 },
      { measuredAt: at('2025-01-01T00:15:00Z'), level_mm: -3.5 },
    ])
    expect(broker.published.map(({ packet }) => packet.topic)).toEqual([
      'wanmi/v1/gauge-1/telemetry',
      'wanmi/v1/gauge-1/telemetry',
    ])
    expect(summary).toMatchObject({
      rows: 2,
      distinct: 2,
      published: 2,
      acknowledged: 2,
      skipped: {},
    })
    expect(summary.read_bytes).toBe(summary.size_bytes)
  })

  test('written by InfluxDB, gzipped, annotated, with the header again and in metres', async () => {
    const table = (rows: string): string =>
      `#group,false,false,false,false\r\n#datatype,string,long,dateTime:RFC3339,double\r\n#default,_result,,,\r\n,result,table,_time,water_height_mm\r\n${rows}\r\n`
    const text =
      table(',,0,2025-01-01T00:01:03.536271911Z,-0.46\r\n,,0,2025-01-01T00:16:03.664042233Z,0.07') +
      table(',,1,2025-01-01T00:31:03.198385346Z,1.59')
    const { summary, readings } = await replayed(gzipSync(text), {
      map: ['water_height_mm=level_mm*1000'],
    })
    expect(readings).toEqual([
      { measuredAt: at('2025-01-01T00:01:03.536Z'), level_mm: -460 },
      { measuredAt: at('2025-01-01T00:16:03.664Z'), level_mm: 70 },
      { measuredAt: at('2025-01-01T00:31:03.198Z'), level_mm: 1590 },
    ])
    expect(summary).toMatchObject({ rows: 3, distinct: 3, skipped: {} })
  })

  test('a header that comes again may have its columns in another order', async () => {
    const { readings } = await replayed(
      'time,level\n2025-01-01T00:00:00Z,1\n\nlevel,note,time\n2,x,2025-01-01T00:01:00Z\n',
    )
    expect(readings.map(({ level_mm }) => level_mm)).toEqual([1, 2])
  })

  test('rows that cannot be used are left out, counted by reason', async () => {
    const { summary, readings } = await replayed(
      [
        'time,level',
        '2025-01-01T00:00:00Z,1',
        ',2',
        'yesterday,3',
        '2025-01-01T00:03:00Z,high',
        '2025-01-01T00:04:00Z,',
        '2025-01-01T00:05:00Z,NaN',
        '2025-01-01T00:06:00Z',
        '2025-01-01T00:07:00Z,8,and more',
      ].join('\n'),
    )
    expect(readings.map(({ level_mm }) => level_mm)).toEqual([1, 8])
    expect(summary).toMatchObject({
      rows: 8,
      published: 2,
      skipped: {
        'no time': 1,
        'time cannot be read': 1,
        'level is not a number': 1,
        'no value': 3,
      },
    })
  })

  test('a repeated row is the same reading; another at the same time is a reading of its own', async () => {
    const { summary, readings } = await replayed(
      'time,level\n2025-01-01T00:00:00Z,1\n2025-01-01T00:00:00Z,1\n2025-01-01T00:00:00Z,2\n2025-01-01T00:00:00Z,1\n2025-01-01T00:00:00Z,2\n',
    )
    expect(readings.map(({ level_mm, seq = 0 }) => [level_mm, seq])).toEqual([
      [1, 0],
      [1, 0],
      [2, 1],
      [1, 0],
      [2, 1],
    ])
    expect(summary).toMatchObject({ rows: 5, distinct: 2, repeated: 3, published: 5 })
    const identities = new Set(
      readings.map(({ measuredAt, seq = 0 }) => `${measuredAt as number} ${seq as number}`),
    )
    expect(identities.size).toBe(summary.distinct)
  })

  test('truth and whole numbers are read as the channel has them', async () => {
    const { readings, summary } = await replayed(
      'ts;open;shocks;note\n1735689600;YES;3;a\n1735689660;0;4;b\n1735689720;perhaps;5;c\n1735689780;no;4.5;d\n',
      { kind: 'manhole-cover', map: ['open=lid_open', 'shocks=vibration_count'], delimiter: ';' },
    )
    expect(readings).toEqual([
      { measuredAt: 1_735_689_600_000, lid_open: true, vibration_count: 3 },
      { measuredAt: 1_735_689_660_000, lid_open: false, vibration_count: 4 },
    ])
    expect(summary.skipped).toEqual({
      'open is not true or false': 1,
      'shocks is not a whole number': 1,
    })
  })

  test('goes out in arrays when asked, the last one shorter', async () => {
    const rows = Array.from({ length: 25 }, (_, n) => `${1_735_689_600 + n},${n}`).join('\n')
    const { summary, readings, broker } = await replayed(`time,level\n${rows}\n`, { array: 10 })
    expect(broker.published).toHaveLength(3)
    expect(readings).toHaveLength(25)
    expect(summary).toMatchObject({ messages: 3, published: 25, acknowledged: 25 })
  })

  test('goes out at QoS 0 when asked', async () => {
    const { summary, broker } = await replayed('time,level\n1735689600,1\n1735689601,2\n', {
      qos: 0,
    })
    expect(broker.published.map(({ packet }) => packet.qos)).toEqual([0, 0])
    expect(summary).toMatchObject({ published: 2, acknowledged: 2 })
  })

  test('shifted, its newest reading is measured now and the spans between stay', async () => {
    const { readings } = await replayed('time,level\n1735689600,1\n1735689900,2\n1735689660,3\n', {
      shift: 'now',
    })
    expect(readings.map(({ measuredAt }) => now - Number(measuredAt))).toEqual([
      300_000, 0, 240_000,
    ])
  })

  test('at a speed it takes its time, and stops when told to', async () => {
    await using broker = await FakeBroker.open()
    const stopping = new AbortController()
    const file = await fileOf('time,level\n1735689600,1\n1735689601,2\n1735699999,3\n')
    const begun = performance.now()
    const clock = { now: () => epochMs(Math.floor(performance.now())) }
    const options = { speed: 10, clock, signal: stopping.signal }
    const summary = replay(await optionsOf(broker, file, options))
    await until(() => broker.published.length === 2, 'the second is due')
    expect(performance.now() - begun).toBeGreaterThan(95)
    stopping.abort()
    expect(await summary).toMatchObject({ published: 2, acknowledged: 2 })
  })

  test('no more is in flight than the window, however large the file', async () => {
    const held: (() => void)[] = []
    await using broker = await FakeBroker.open({
      acknowledges: ({ messageId = 0 }, session) => {
        held.push(() => session.send({ cmd: 'puback', messageId }))
        return false
      },
    })
    const rows = Array.from({ length: 300 }, (_, n) => `${1_735_689_600 + n},${n}`).join('\n')
    const file = await fileOf(`time,level\n${rows}\n`)
    const summary = replay(await optionsOf(broker, file, { window: 5 }))
    for (let released = 0; released < 300; released += 1) {
      await until(() => held.length > 0, 'something waits for its acknowledgement')
      expect(broker.published.length - released).toBeLessThanOrEqual(5)
      held.shift()?.()
    }
    expect(await summary).toMatchObject({ published: 300, acknowledged: 300 })
  })

  test.each([
    [
      'a column that is not there',
      'time,hight\n1,2\n',
      {},
      'no column level (there are time, hight)',
    ],
    [
      'no time',
      'when,level\n1,2\n',
      {},
      'no column is known for a time; name it (there are when, level)',
    ],
    [
      'a channel of another kind',
      'time,level\n',
      { map: ['level=fill_pct'] },
      /a pipe-gauge has no channel fill_pct; it has level_mm, /,
    ],
    [
      'a mapping that is none',
      'time,level\n',
      { map: ['level'] },
      'not column=channel or column=channel*factor: level',
    ],
    ['no mapping', 'time,level\n', { map: [] }, /no column is mapped/],
    [
      'a channel mapped to twice',
      'time,a,b\n',
      { map: ['a=level_mm', 'b=level_mm'] },
      'level_mm is mapped to twice',
    ],
    [
      'an unknown kind',
      'time,level\n',
      { kind: 'barometer' },
      /there is no kind barometer; there are manhole-cover, /,
    ],
    ['a track for what stays put', '<gpx/>', {}, 'a pipe-gauge stays where it is and has no track'],
    ['nothing in the file', '', {}, /is empty/],
    [
      'a file that is not there',
      '',
      { file: '/nonexistent/levels.csv' },
      /levels\.csv cannot be read: ENOENT/,
    ],
  ])('%s is refused in a sentence', async (_, content, options, words) => {
    expect(await refusal(content, options)).toMatch(words)
  })
})

test('the usual interval of a recording is the median of its spans', async () => {
  const rows = async function* (...times: readonly string[]): AsyncGenerator<Row> {
    for (const [index, time] of times.entries()) {
      yield { line: index + 1, time, cells: [], columns: new Map(), segment: 0 }
    }
  }
  expect(await usualInterval(rows('1735689600', '?', '1735690500', '1735690500'), 'Z')).toBe(
    900_000,
  )
  const gap = rows('1735689600', '1735690500', '1735691401', '1735777801', '1735778700')
  expect(await usualInterval(gap, 'Z')).toBe(901_000)
  expect(await usualInterval(rows('1735689600'), 'Z')).toBeUndefined()
})

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

describe('times of recordings', () => {
  test.each([
    ['2025-01-01T00:01:03.536271911Z', '2025-01-01T00:01:03.536Z'],
    ['2025-01-01T08:00:00+08:00', '2025-01-01T00:00:00Z'],
    ['2025-01-01 08:00:00', '2025-01-01T00:00:00Z'],
    ['2025/1/1 8:00', '2025-01-01T00:00:00Z'],
    ['1735689663', '2025-01-01T00:01:03Z'],
    ['1735689663.536', '2025-01-01T00:01:03.536Z'],
    ['1735689663536', '2025-01-01T00:01:03.536Z'],
    ['1735689663536271', '2025-01-01T00:01:03.536Z'],
    ['1735689663536000000', '2025-01-01T00:01:03.536Z'],
  ])('%s', (text, instant) => {
    expect(parseRecordedTime(text, '+08:00')).toBe(at(instant))
  })

  test.each(['', 'now', '12:00', '2025-02-30 00:00:00', '17', '2025-13-01 00:00'])(
    '%j is none',
    (text) => {
      expect(parseRecordedTime(text, '+08:00')).toBeUndefined()
    },
  )
})
