import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemParts } from '#cli/service/system-parts.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let folder: ScratchFolder
beforeAll(async () => {
  folder = await scratchFolder()
  const config = readConfig({
    DATA_DIR: folder.path,
    // Nothing listens there.
    DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
    RULES_DIR: `${folder.path}/no-rules`,
  })
  api = await openTestApi({ system: systemParts(config, systemClock) })
})
afterAll(async () => {
  await api.close()
  await folder[Symbol.asyncDispose]()
})

test('whoever looks after the service sees what the doctor finds, the worst first', async () => {
  const engineer = await api.signIn({ roles: ['engineer'] })
  const { status, body, text } = await engineer.call('GET', '/api/v1/system')
  expect(status).toBe(200)
  expect(body).toMatchObject({ version: '1', ready: true, rules: 'warm', commit_ms: null })
  const faults = body.findings.filter(({ level }: { level: string }) => level === 'fault')
  expect(faults.map(({ about }: { about: string }) => about)).toEqual(['database', 'RULES_DIR'])
  expect(body.findings.slice(0, 2)).toEqual(faults)
  expect(body.findings).toContainEqual(expect.objectContaining({ about: 'DATA_DIR', level: 'ok' }))
  expect(body.figures).toContainEqual({ name: 'wanmi_pending_messages', label: null, value: 0 })
  expect(text).not.toContain('secret')
})

test('and nobody else', async () => {
  for (const role of ['duty-officer', 'inspector'] as const) {
    const other = await api.signIn({ roles: [role] })
    expect((await other.call('GET', '/api/v1/system')).status).toBe(403)
  }
})
