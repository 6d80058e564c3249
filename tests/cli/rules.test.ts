import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rulesCommand } from '#cli/rules.ts'
import { openTestApi, type TestApi, TOKEN } from '#tests/api/api-fixture.ts'
import { tiltRule } from '#tests/support/rule-language.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { runInProcess } from './run-in-process.ts'

let api: TestApi
let address: string
let folder: ScratchFolder
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  folder = await scratchFolder()
  await api.registry.devices.create({ id: 'cover-1', kind: 'manhole-cover', group: 'east' })
})
afterAll(async () => {
  await api.close()
  await folder[Symbol.asyncDispose]()
})

const run = (...argv: string[]) =>
  runInProcess(rulesCommand(), [...argv, '--api', address, '--token', TOKEN])

async function file(document: string): Promise<string> {
  const path = `${folder.path}/rule.yaml`
  await writeFile(path, document)
  return path
}

test('a rule file is put in force, changed, and rolled back', async () => {
  const put = await run('put', await file(tiltRule(15)), '--author', 'Li Wei')
  expect(put.out).toBe('cover-askew  version 1 of the city  manhole-cover  warning\n')
  await run('put', await file(tiltRule(16)), '--note', 'too many', '--if-version', '1')
  expect((await run('show', 'cover-askew')).out).toBe(tiltRule(16))
  expect((await run('show', 'cover-askew', '--version', '1')).out).toBe(tiltRule(15))
  const versions = (await run('versions', 'cover-askew')).out.trim().split('\n')
  expect(versions).toEqual([
    expect.stringMatching(/^2 {2}20.*Z {2}city {2}admin {2}too many$/),
    expect.stringMatching(/^1 {2}20.*Z {2}city {2}Li Wei$/),
  ])
  expect((await run('rollback', 'cover-askew', '1')).out).toContain('version 1')
})

test('a rule is disabled and enabled, and the list says so', async () => {
  expect((await run('disable', 'cover-askew')).out).toContain('disabled')
  expect((await run('list')).out).toMatch(/^cover-askew .* disabled\n$/)
  expect((await run('enable', 'cover-askew')).out).not.toContain('disabled')
  const json = await run('list', '--json')
  expect(JSON.parse(json.out).items).toMatchObject([{ id: 'cover-askew', enabled: true }])
})

test('a parameter is overridden, and told where it comes from', async () => {
  const effective = async () => (await run('override', 'effective', 'cover-askew', 'cover-1')).out
  expect(await effective()).toBe('angle_deg = 15 deg from default\n')
  const set = await run('override', 'set', 'cover-askew', 'angle_deg', '20', '--for', 'group=east')
  expect(set.out).toBe('angle_deg = 20 for group east\n')
  expect(await effective()).toBe('angle_deg = 20 deg from group east\n')
  expect((await run('override', 'list', 'cover-askew')).out).toBe(set.out)
  const removed = await run('override', 'remove', 'cover-askew', 'angle_deg', '--for', 'group=east')
  expect(removed.out).toBe('Nothing is overridden.\n')
})

test.each([
  [
    'a version that is not in force',
    ['rollback', 'cover-askew', '2', '--if-version', '7'],
    /not 7/,
  ],
  ['a rule there is not', ['show', 'other'], /no rule other/],
  [
    'a value out of bounds',
    ['override', 'set', 'cover-askew', 'angle_deg', '99', '--for', 'group=a'],
    /at most 90/,
  ],
  ['a file that is not there', ['put', '/no/such.yaml'], /cannot be read/],
])('%s is one clear sentence', async (_name, argv, sentence) => {
  const { err, exitCode } = await run(...argv)
  expect(exitCode).toBe(1)
  expect(err).toMatch(sentence)
  expect(err.trim().split('\n')).toHaveLength(1)
})

test('a file that is no rule is refused with its fault', async () => {
  const bad = await run('put', await file(tiltRule(15).replace('tilt_deg', 'tilt_degrees')))
  expect(bad).toMatchObject({ exitCode: 1, err: expect.stringMatching(/tilt_degrees/) })
  expect(await run('put', await file('kind: manhole-cover\n'))).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/no id/),
  })
})
