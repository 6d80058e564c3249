import { readFile, stat } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { replayCommand } from '#cli/replay.ts'
import { type Outcome, runInProcess } from '#tests/cli/run-in-process.ts'
import { FakeBroker } from './fake-broker.ts'
import { FakeService } from './fake-service.ts'
import { fileOf } from './replayed.ts'

afterEach(() => {
  process.exitCode = undefined
})

const GAUGE = ['--kind', 'pipe-gauge']
const run = (...args: readonly string[]): Promise<Outcome> => {
  const command = replayCommand().configureOutput({ writeErr: () => undefined })
  return runInProcess(command, args)
}

describe('wanmi replay', () => {
  test('registers the devices of a file in one go and sums them up', async () => {
    await using broker = await FakeBroker.open()
    await using service = await FakeService.open(({ method, body }) => {
      if (method === 'GET') return { body: { items: [], next: null } }
      const ids = body
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((row) => row.split(',')[0] ?? '')
      const secrets = ids.map((id) => ({ id, secret: `s-${id}` }))
      return { body: { committed: true, accepted: 30, rejected: 0, rows: [], secrets } }
    })
    const lines = Array.from(
      { length: 60 },
      (_, n) => `{"dev":"${n % 30}","time":${1735689600 + n},"v":{"m":${n}}}`,
    )
    const network = await fileOf('network: { loss: 0.2, malformed: 0.2 }')
    const what = [await fileOf(`${lines.join('\n')}\noops\n`), ...GAUGE, '--network', network]
    const device = ['--device-column', 'dev', '--device-prefix', 'g-']
    const how = [...device, '--map', 'v.m[m]=level_mm', '--shift', '7d']
    const where = ['--api', service.url, '--token', 't', '--mqtt', broker.url]
    const { out, err, exitCode } = await run(...what, ...how, ...where)
    expect(out).toMatch(
      /^devices {7}30\nrows {10}61\ndistinct {6}60\npublished {5}(\d+) in \1 messages\nacknowledged {2}\1\nlost {10}\d+ by the network\nnoise {9}\d+ messages that are no readings\nskipped {7}1\n {2}1 × the line is no JSON object\n$/,
    )
    expect(err).toMatch(
      /^g-0 has a new secret: s-g-0\n[\s\S]*and 10 others have new secrets; --secrets keeps them\n$/,
    )
    expect(exitCode).toBe(0)
    expect(service.requests.map(({ path }) => path)).toEqual([
      '/api/v1/devices?limit=1000',
      '/api/v1/imports/devices',
    ])
    expect(broker.sessions).toHaveLength(30)
  })

  test('keeps new secrets in a file, and needs no registry where all are in it', async () => {
    await using broker = await FakeBroker.open()
    await using service = await FakeService.open(({ method, body }) =>
      method === 'GET'
        ? { status: 404, body: { title: 'no' } }
        : { status: 201, body: { secret: `of ${JSON.parse(body).id}` } },
    )
    const what = [...GAUGE, '--device-column', 'id', '--mqtt', broker.url]
    const ab = await fileOf('id,time,level_mm\na,1735689600,1\nb,1735689600,1\n')
    const secrets = `${ab}.secrets`
    const where = ['--api', service.url, '--token', 't']
    const { err } = await run(ab, ...what, ...where, '--secrets', secrets)
    expect(err).toBe('')
    expect(await readFile(secrets, 'utf8')).toBe('id,secret\na,of a\nb,of b\n')
    expect((await stat(secrets)).mode & 0o077).toBe(0)

    const again = await run(ab, ...what, '--no-register', '--secrets', secrets)
    expect(again).toMatchObject({ exitCode: 0, err: '' })
    const passwords = broker.sessions.map(({ connect }) => connect.password?.toString())
    expect(new Set(passwords)).toEqual(new Set(['of a', 'of b']))

    const more = await fileOf('id,time,level_mm\na,1735689600,1\nc,1735689600,1\n')
    const { err: unknown } = await run(more, ...what, '--no-register', '--secrets', secrets)
    expect(unknown).toBe('the secret of c is not in the file of --secrets\n')
    const { err: wrong } = await run(ab, ...what, '--no-register', '--secrets', ab)
    expect(wrong).toContain('is no CSV with the columns id and secret')
  })

  test('tells a broker that turns a device away from one that is not there', async () => {
    const file = await fileOf('time,level_mm\n1735689600,1\n')
    const device = [file, ...GAUGE, '--device', 'g', '--no-register', '--secret', 's']
    await using broker = await FakeBroker.open({ returnCode: () => 4 })
    const refused = await run(...device, '--mqtt', broker.url)
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringMatching(/does not take/) })
    const nobody = await run(...device, '--mqtt', 'mqtt://127.0.0.1:1')
    expect(nobody).toMatchObject({ exitCode: 1, err: expect.stringMatching(/ECONNREFUSED/) })
  })

  test.each([
    [[], 'give either --device or --device-column'],
    [['--device', 'a', '--device-column', 'b'], 'give either --device or --device-column'],
    [['--device', 'a', '--device-prefix', 'b'], '--device-prefix goes with --device-column'],
    [['--device', 'a', '--network', 'no-such'], 'there is no scenario no-such'],
    [['--device', 'a', '--encoding', 'klingon'], 'there is no encoding klingon'],
    [['--device', 'a', '--map', 'x[m]=flow_l_s'], 'm cannot become L/s; known for L/s are'],
  ])('%j is refused in a sentence before anything connects', async (args, words) => {
    const file = await fileOf('time,x\n1735689600,1\n')
    const where = ['--no-register', '--secret', 's', '--mqtt', 'mqtt://127.0.0.1:1']
    const { err, exitCode } = await run(file, ...GAUGE, ...args, ...where)
    expect(err).toContain(words)
    expect(exitCode).toBe(1)
  })

  test.each([
    ['--shift', 'soon', 'none, now or a span such as 7d or -12h'],
    ['--zone', 'CST', 'Z or an offset such as +08:00'],
    ['--device-prefix', '井', 'of A-Za-z0-9._:-'],
    ['--format', 'xlsx', 'Allowed choices are csv, ndjson, gpx'],
  ])('%s %s is no value', async (option, value, words) => {
    await expect(run('x', ...GAUGE, option, value)).rejects.toThrow(words)
  })
})
