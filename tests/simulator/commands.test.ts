import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replayCommand } from '#cli/replay.ts'
import { simulateCommand } from '#cli/simulate.ts'
import { FakeBroker } from './fake-broker.ts'
import { FakeService } from './fake-service.ts'
import { until } from './until.ts'

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
    const args = ['--devices', '30', '--rate', '60', '--city-seed', 'c', '--for', '1s']
    const where = ['--api', service.url, '--token', 't', '--mqtt', broker.url]
    await simulateCommand().parseAsync([...args, ...where, '--truth', truth], { from: 'user' })
    expect(process.exitCode).toBeUndefined()
    expect(lines.join('\n')).toMatch(
      /^devices {7}30\npublished {5}\d+ in 1 s\nacknowledged {2}\d+\nlag {11}p50 \d+ ms, p99 \d+ ms\n/,
    )
    const [head, ...incidents] = (await readFile(truth, 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(head ?? '')).toMatchObject({ type: 'run', citySeed: 'c', devices: 30 })
    expect(incidents.every((line) => JSON.parse(line).type === 'incident')).toBe(true)
    const asked = service.requests.map(({ path }) => path.replace('/api/v1/imports/', ''))
    expect(asked.toSorted()).toEqual(['devices', 'grids', 'lines', 'parts'])
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

  test('a scenario file that is not right is refused with path and reason, all faults at once', async () => {
    const file = join(folder, 'bad.yaml')
    await writeFile(
      file,
      [
        'id: bad',
        'title: { en: bad, zh: 坏 }',
        'fleet: { devices: 10, rate: -1 }',
        'duration: 1h',
        'colour: red',
        'network: { loss: 2 }',
      ].join('\n'),
    )
    const refused = simulateCommand().parseAsync([file, '--no-register'], { from: 'user' })
    await expect(refused).rejects.toThrow(/bad\.yaml: .*fleet\.rate/)
    await expect(refused).rejects.toThrow(/colour/)
    await expect(refused).rejects.toThrow(/network\.loss/)
  })

  test('lists what comes along, with titles', async () => {
    await simulateCommand().parseAsync(['--list'], { from: 'user' })
    expect(lines).toContainEqual(expect.stringMatching(/^demo +demonstration \(演示\), /))
  })

  test('runs dry into a file: the same bytes and truth every time, another seed others', async () => {
    const dry = async (name: string, ...more: string[]): Promise<[string, string]> => {
      const [file, truth] = [join(folder, name), join(folder, `${name}.truth`)]
      const args = ['--devices', '40', '--for', '3m', '--dry-run', file, '--truth', truth]
      await simulateCommand().parseAsync([...args, ...more], { from: 'user' })
      return [await readFile(file, 'utf8'), await readFile(truth, 'utf8')]
    }
    const [once, truth] = await dry('a')
    expect(await dry('b')).toEqual([once, truth])
    expect(lines.at(-1)).toMatch(/^messages {2}\d+ in .*\nreadings {2}\d+, 0 lost/)
    expect(JSON.parse(once.split('\n', 1)[0] ?? '')).toMatchObject({ act: 'publish' })
    expect(JSON.parse(truth.split('\n', 1)[0] ?? '')).toMatchObject({ type: 'run', devices: 40 })
    const [, other] = await dry('c', '--seed', '2')
    expect(other).not.toBe(truth)
  })

  test('at max speed takes no more time than it needs', async () => {
    await using broker = await FakeBroker.open()
    const args = ['--devices', '20', '--for', '10m', '--speed', 'max', '--no-register', '--json']
    await simulateCommand().parseAsync([...args, '--mqtt', broker.url], { from: 'user' })
    const summary = JSON.parse(lines.at(-1) ?? '')
    expect(summary).toMatchObject({ simulated_ms: 600_000, acknowledged: summary.published })
    expect(summary.published).toBeGreaterThan(2_000)
    expect(summary.elapsed_ms).toBeLessThan(10_000)
  })

  test('Ctrl-C ends a run cleanly, and the truth so far is written', async () => {
    await using broker = await FakeBroker.open()
    const truth = join(folder, 'truth.ndjson')
    const args = ['--devices', '20', '--rate', '100', '--no-register', '--json', '--truth', truth]
    const run = simulateCommand().parseAsync([...args, '--mqtt', broker.url], { from: 'user' })
    await until(() => broker.published.length > 20, 'it reports')
    process.emit('SIGTERM')
    await run
    const summary = JSON.parse(lines.at(-1) ?? '')
    expect(summary).toMatchObject({ type: 'summary', stage: 'over', connected: 0 })
    expect(summary.acknowledged).toBe(broker.published.length)
    const [head] = (await readFile(truth, 'utf8')).split('\n')
    const { startedAt, endedAt } = JSON.parse(head ?? '')
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeLessThan(10_000)
    expect(Date.parse(endedAt)).toBeLessThanOrEqual(Date.now())
  })

  test.each([
    [['--devices', '0'], /whole number from 1 to 999999/],
    [['--rate', '-1'], /a number above 0/],
    [['--for', 'ever'], /a span such as 30s/],
    [['--speed', 'fast'], /a number above 0/],
    [['--start', 'noon'], /now, scenario or an instant/],
    [['--start', '2999-01-01T00:00:00Z', '--no-register'], /cannot begin in the future/],
    [['--workers', '0'], /whole number from 1 to 64/],
    [['--truth', '/nowhere/at/all', '--no-register'], /\/nowhere\/at\/all cannot be written/],
    [['nothing-like-it'], /there is no scenario nothing-like-it.*shipped are .*demo/],
    [['--mqtt', 'localhost:1883', '--no-register'], /not the address of a broker/],
    [['--api', 'localhost:8080', '--token', 't'], /not the address of an HTTP API/],
    [['--city-seed', '运城', '--no-register'], /must be 1 to 24/],
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
