import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Attachment, Uploader } from '#model/attachment.ts'
import { epochMs } from '#model/time.ts'
import { createAttachmentRows } from '#store/attachments/attachment-rows.ts'
import { type Binding, bindAttachments } from '#store/attachments/bind-attachments.ts'
import { inTransaction, query } from '#store/query.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const at = epochMs(Date.UTC(2026, 10, 25, 8))
const wang: Uploader = { accountId: uuidv7(), deviceId: null, name: '王' }
const terminal: Uploader = { accountId: null, deviceId: 'terminal-1', name: 'terminal-1' }

const pool = () => database.database.pool
const rows = () => createAttachmentRows(pool())

async function uploaded(by: Uploader, more: Partial<Attachment> = {}): Promise<Attachment> {
  const attachment: Attachment = {
    id: uuidv7(),
    sha256: 'ab'.repeat(32),
    mediaType: 'image/jpeg',
    size_bytes: 3_000_000_000,
    originalName: '井盖.jpg',
    uploadedBy: by,
    uploadedAt: at,
    shotAt: epochMs(at - 1_000),
    place: { lon_deg: 111.0057, lat_deg: 35.0264 },
    stage: null,
    caseId: null,
    ...more,
  }
  await rows().begin(attachment.id, attachment.uploadedAt)
  expect(await rows().add(attachment)).toBe(true)
  return attachment
}

const bind = (binding: Omit<Binding, 'at'>) =>
  inTransaction(pool(), (client) => bindAttachments(client, { ...binding, at }))

describe('an attachment', () => {
  test('is read as it was written', async () => {
    const full = await uploaded(wang)
    const bare = await uploaded(terminal, { originalName: null, shotAt: null, place: null })
    expect(await rows().find(full.id)).toEqual(full)
    expect(await rows().find(bare.id)).toEqual(bare)
    expect(await rows().find(uuidv7())).toBeUndefined()
  })

  test('whose file was given up meanwhile is not added', async () => {
    const id = uuidv7()
    await rows().begin(id, at)
    await rows().forget([id])
    const attachment = { ...(await uploaded(wang)), id }
    expect(await rows().add(attachment)).toBe(false)
    expect(await rows().find(id)).toBeUndefined()
  })
})

describe('binding', () => {
  test('gives attachments of the same person or terminal to a case at a stage, once', async () => {
    const caseId = uuidv7()
    const [photo, fromTerminal] = [await uploaded(wang), await uploaded(terminal)]
    const by = { accountId: wang.accountId, deviceId: 'terminal-1' }
    const ids = [fromTerminal.id, photo.id]
    const bound = await bind({ caseId, ids, stage: 'collected', by })
    const facts = { caseId, stage: 'collected' }
    const expected = [photo, fromTerminal].map((one) => ({ ...one, ...facts }))
    expect(bound).toEqual(expected)
    // A repeat changes nothing, not even its stage.
    expect(await bind({ caseId, ids, stage: 'check', by })).toEqual(expected)
    expect(await rows().ofCases([caseId, uuidv7()])).toEqual(expected)
    expect(await bind({ caseId, ids: [], stage: 'check', by })).toEqual([])
  })

  test('refuses what was never uploaded, what is of somebody else, and what proves another case', async () => {
    const [caseId, other] = [uuidv7(), uuidv7()]
    const [mine, taken, foreign, ofTerminal] = [
      await uploaded(wang),
      await uploaded(wang),
      await uploaded({ ...wang, accountId: uuidv7() }),
      await uploaded(terminal),
    ]
    await bind({ caseId: other, ids: [taken.id], stage: 'collected', by: { ...wang } })
    const nobody = await uploaded({ accountId: null, deviceId: null, name: 'admin token' })
    for (const [id, code] of [
      [uuidv7(), 'invalid-input'],
      [foreign.id, 'invalid-input'],
      [ofTerminal.id, 'invalid-input'],
      [nobody.id, 'invalid-input'],
      [taken.id, 'conflict'],
    ] as const) {
      const attempt = bind({ caseId, ids: [mine.id, id], stage: 'collected', by: { ...wang } })
      await expect(attempt).rejects.toMatchObject({ code })
    }
    expect(await rows().find(mine.id)).toMatchObject({ caseId: null, stage: null })
    // What proves a case already is no fault, whoever brings it again.
    const again = { caseId: other, ids: [taken.id], stage: 'check' } as const
    expect(await bind({ ...again, by: terminal })).toMatchObject([{ stage: 'collected' }])
  })

  test('by two cases at once is one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const photos = [await uploaded(wang), await uploaded(wang)]
      const ids = photos.map(({ id }) => id)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 4 }, (_, n) =>
          bind({
            caseId: uuidv7(),
            ids: n % 2 === 0 ? ids : ids.toReversed(),
            stage: 'collected',
            by: { ...wang },
          }),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const cases = await Promise.all(ids.map(async (id) => (await rows().find(id))?.caseId))
      expect(new Set(cases).size).toBe(1)
    }
  })

  test('goes with the transaction it is part of', async () => {
    const { id } = await uploaded(wang)
    const attempt = inTransaction(pool(), async (client) => {
      const caseId = uuidv7()
      await bindAttachments(client, { caseId, ids: [id], stage: 'collected', by: wang, at })
      throw new Error('something later fails')
    })
    await expect(attempt).rejects.toThrow()
    expect(await rows().find(id)).toMatchObject({ caseId: null })
  })
})

describe('giving up', () => {
  test('takes what no case has taken up by then, and its file is loose', async () => {
    await query(pool(), 'truncate attachment, loose_file')
    const old = await uploaded(wang, { uploadedAt: epochMs(at - 10_000) })
    const bound = await uploaded(wang, { uploadedAt: epochMs(at - 10_000) })
    const young = await uploaded(wang)
    await bind({ caseId: uuidv7(), ids: [bound.id], stage: 'collected', by: { ...wang } })
    expect(await rows().giveUp(epochMs(at - 5_000), 100)).toBe(1)
    expect(await rows().giveUp(epochMs(at - 5_000), 100)).toBe(0)
    expect(await rows().find(old.id)).toBeUndefined()
    expect(await rows().find(bound.id)).toBeDefined()
    expect(await rows().find(young.id)).toBeDefined()
    expect(await rows().looseSince(epochMs(at - 5_000), 100)).toEqual([old.id])
    await rows().forget([old.id])
    expect(await rows().looseSince(at, 100)).toEqual([])
  })

  test('and binding at the same moment: one of them has it', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await uploaded(wang, { uploadedAt: epochMs(at - 10_000) })
      const caseId = uuidv7()
      const [bound, given] = await Promise.allSettled([
        bind({ caseId, ids: [id], stage: 'collected', by: { ...wang } }),
        rows().giveUp(epochMs(at - 5_000), 100),
      ])
      const found = await rows().find(id)
      const isLoose = (await rows().looseSince(at, 100)).includes(id)
      expect(given.status).toBe('fulfilled')
      expect(found?.caseId === caseId).toBe(bound.status === 'fulfilled')
      expect(isLoose).toBe(found === undefined)
    }
  })
})
