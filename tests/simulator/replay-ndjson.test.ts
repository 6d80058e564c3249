import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { at, refusal, replayed } from './replayed.ts'

describe('an NDJSON recording', () => {
  test('has its fields as columns, nested ones by their paths', async () => {
    const { readings, summary } = await replayed(
      [
        '\uFEFF{"time":"2025-01-01T00:00:00Z","values":{"level":1.5},"flow":[3,4]}',
        '{"values":{"level":"2"},"flow":[5],"time":1735689660}',
        '{"time":1735689720.25,"values":{"level":null},"flow":[7,8]}',
        '',
        '{"time":"2025-01-01T00:03:00Z","values":{"level":true}}',
      ].join('\n'),
      { map: ['values.level[m]=level_mm', 'flow.1=flow_l_s'] },
    )
    expect(readings).toEqual([
      { measuredAt: at('2025-01-01T00:00:00Z'), level_mm: 1500, flow_l_s: 4 },
      { measuredAt: at('2025-01-01T00:01:00Z'), level_mm: 2000 },
      { measuredAt: at('2025-01-01T00:02:00.250Z'), flow_l_s: 8 },
    ])
    expect(summary).toMatchObject({
      rows: 4,
      distinct: 3,
      skipped: { 'values.level is not a number': 1 },
    })
  })

  test('maps fields with the names of channels by itself, and may be packed', async () => {
    const text =
      '{"ts":1735689600,"level_mm":7,"battery_pct":90,"note":"x"}\r\n{"ts":1735689601}\r\n'
    const { readings, summary } = await replayed(gzipSync(text), { map: [] })
    expect(readings).toEqual([{ measuredAt: 1_735_689_600_000, level_mm: 7, battery_pct: 90 }])
    expect(summary).toMatchObject({ rows: 2, skipped: { 'no value': 1 } })
  })

  test('counts lines that are no JSON objects by their reason', async () => {
    const { summary, readings } = await replayed(
      [
        '{"time":1735689600,"level":1}',
        '{"time":1735689601,"level":2',
        '[1735689602,3]',
        'null',
        '4',
        '"level"',
        `{"time":1735689605,"level":5,"blob":"${'x'.repeat(1_100_000)}"}`,
        '{"level":6}',
        '{"time":"now","level":7}',
        '{"time":1735689608,"level":8}',
      ].join('\n'),
    )
    expect(readings.map(({ level_mm }) => level_mm)).toEqual([1, 8])
    expect(summary).toMatchObject({
      rows: 10,
      skipped: {
        'the line is no JSON object': 5,
        'the line is longer than 1 MiB': 1,
        'no time': 1,
        'time cannot be read': 1,
      },
    })
  })

  test('a character cut in two between chunks stays whole', async () => {
    const filler = 'x'.repeat(65_536 - 30)
    const { summary } = await replayed(
      `{"time":1735689600,"水":"${filler}水位水位水位水位水位水位水位","level":1}\n`,
      { map: ['level=level_mm'], naming: { column: '水', prefix: '' } },
    )
    expect(summary).toMatchObject({ rows: 1, skipped: { 'device cannot be an id': 1 } })
  })

  test('is one when somebody says so', async () => {
    const { summary } = await replayed('oops\n{"time":1735689600,"level":1}\n', {
      format: 'ndjson',
    })
    expect(summary).toMatchObject({ rows: 2, distinct: 1 })
  })
})

describe('a recording in another encoding', () => {
  // 时间,水位(cm) in GBK.
  const header = Buffer.from('cab1bce42ccbaecebb28636d290a', 'hex')
  const rows = Buffer.from('2025-01-01 08:00:00,12\n')
  const gbk = Buffer.concat([header, rows])

  test('is read when it is named, packed or not', async () => {
    for (const content of [gbk, gzipSync(gbk)]) {
      const { readings } = await replayed(content, {
        encoding: 'gb18030',
        map: ['水位(cm)=level_mm*10'],
      })
      expect(readings).toEqual([{ measuredAt: at('2025-01-01T00:00:00Z'), level_mm: 120 }])
    }
  })

  test('is asked for when its header cannot be read', async () => {
    expect(await refusal(gbk.toString('latin1'), { map: [] })).not.toMatch(/encoding/)
    expect(await refusal('time,\uFFFD\uFFFD\n', {})).toMatch(/is it in another encoding/)
  })

  test('must be the one it is said to be, and one there is', async () => {
    expect(await refusal('time,level\n1735689600,\u00FF\n', { encoding: 'ascii-7' })).toBe(
      'there is no encoding ascii-7',
    )
    // A lone lead byte at the end of the file.
    const cut = Buffer.concat([gbk, Buffer.from([0xcb])])
    await expect(replayed(cut, { encoding: 'gbk', map: ['水位(cm)=level_mm'] })).rejects.toThrow(
      'the file is not gbk',
    )
  })
})
