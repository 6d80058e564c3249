import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replayCommand } from '#cli/replay.ts'
import { simulateCommand } from '#cli/simulate.ts'
import { FakeBroker } from './fake-broker.ts'
import { FakeService } from './fake-service.ts'

const ACCEPTED = { body: { committed: true, accepted: 1, rejected: 0, rows: [], secrets: [] } }

let folder = ''
let lines: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wanmi-commands-'))
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(async () => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  await rm(folder, { recursive: true })
})

describe('wanmi simulate', () => {
  test('registers, reports, sums up, and writes the truth', async () => {
    await using broker = await FakeBroker.open()
    await using service = await FakeService.open(() => ACCEPTED)
    const truth = join(folder, 'truth.ndjson')
    const args = ['--devices', '30', '--rate', '60', '--seed', 'c', '--for', '1s']
    const where = ['--api', service.url, '--token', 't', '--mqtt', broker.url]
    await simulateCommand().parseAsync([...args, ...where, '--truth', truth], { from: 'user' })
    expect(process.exitCode).toBeUndefined()
    expect(lines.join('\n')).toMatch(
      /^devices {7}30\npublished {5}\d+ in 1 s\nacknowledged {2}\d+\nlag {11}p50 \d+ ms, p99 \d+ ms\n/,
    )
    const [head, ...incidents] = (await readFile(truth, 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(head ?? '')).toMatchObject({ type: 'run', citySeed: 'c', devices: 30 })
    expect(incidents.every((line) => JSON.parse(line).type === 'incident')).toBe(true)
    expect(service.requests).toHaveLength(3)
  })

  test('ends with code 1 when something was never acknowledged', async () => {
    await using broker = await FakeBroker.open({
      returnCode: ({ clientId }) => (clientId.includes('-bin-') ? 4 : 0),
    })
    const args = ['--devices', '10', '--rate', '100', '--for', '500ms', '--no-register', '--json']
    await simulateCommand().parseAsync([...args, '--mqtt', broker.url], { from: 'user' })
    expect(process.exitCode).toBe(1)
    const summary = JSON.parse(lines.at(-1) ?? '')
    expect(summary).toMatchObject({ type: 'summary', stage: 'over', devices: 10, refused: 2 })
    expect(summary.acknowledged).toBeLessThan(summary.published)
  })

  test.each([
    [['--devices', '0'], /whole number from 1 to 999999/],
    [['--rate', '-1'], /a number above 0/],
    [['--for', 'ever'], /a span such as 30s/],
    [['--mqtt', 'localhost:1883', '--no-register'], /not the address of a broker/],
    [['--api', 'localhost:8080', '--token', 't'], /not the address of an HTTP API/],
    [['--seed', '运城', '--no-register'], /the seed must be 1 to 24/],
  ])('%j is refused in a sentence before anything connects', async (args, words) => {
    const command = simulateCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
    await expect(command.parseAsync(args, { from: 'user' })).rejects.toThrow(words)
  })
})

describe('wanmi replay', () => {
  test('registers the device, publishes the file and sums up', async () => {
    await using broker = await FakeBroker.open()
    await using service = await FakeService.open(({ method }) =>
      method === 'GET'
        ? { status: 404, body: { title: 'no' } }
        : { status: 201, body: { secret: 's3' } },
    )
    const file = join(folder, 'levels.csv')
    await writeFile(
      file,
      'time,m,c\n2025-01-01T00:00:00Z,0.5,7\n2025-01-01T00:00:00Z,0.5,7\n,1,1\n',
    )
    const what = [file, '--kind', 'pipe-gauge', '--device', 'g-1']
    const map = ['--map', 'm=level_mm*1000', 'c=temperature_celsius']
    const where = ['--api', service.url, '--token', 't', '--mqtt', broker.url]
    await replayCommand().parseAsync([...what, ...map, ...where], { from: 'user' })
    expect(lines.join('\n')).toBe(
      [
        'rows          3',
        'distinct      1, and 1 repeated',
        'published     2 in 2 messages',
        'acknowledged  2',
        'skipped       1',
        '  1 × no time',
      ].join('\n'),
    )
    expect(broker.sessions[0]?.connect.password?.toString()).toBe('s3')
    expect(JSON.parse(broker.published[0]?.packet.payload.toString() ?? '')).toEqual({
      measuredAt: Date.parse('2025-01-01T00:00:00Z'),
      level_mm: 500,
      temperature_celsius: 7,
    })
    expect(process.exitCode).toBeUndefined()
  })

  test('without the registry it needs a secret', async () => {
    const args = ['x.csv', '--kind', 'pipe-gauge', '--device', 'g-1', '--no-register']
    await expect(replayCommand().parseAsync(args, { from: 'user' })).rejects.toThrow(
      /needs --secret/,
    )
  })
})
