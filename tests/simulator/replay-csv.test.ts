import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { at, refusal, replayed } from './replayed.ts'

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

  test('cut off in the middle of its packing it is refused before anything is sent', async () => {
    const packed = gzipSync(`time,level\n${'1735689600,1\n'.repeat(5_000)}`)
    await expect(replayed(packed.subarray(0, -20))).rejects.toThrow(
      /recording-\d+ cannot be read to its end: unexpected end of file$/,
    )
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
      'not column=channel, column=channel*factor+offset or column[unit]=channel: level',
    ],
    [
      'no mapping and no column with the name of a channel',
      'time,level\n',
      { map: [] },
      /^no column is mapped to a channel .*, and none is called level_mm, flow_l_s, .* \(there are time, level\)$/,
    ],
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
