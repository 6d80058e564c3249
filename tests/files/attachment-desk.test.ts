import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AttachmentDesk, type NewAttachment } from '#files/attachment-desk.ts'
import { DiskStore } from '#files/disk-store.ts'
import type { AttachmentRows, FileStore } from '#files/ports.ts'
import { sweep } from '#files/sweep.ts'
import { Unavailable } from '#model/error.ts'
import { days, epochMs, hours, plus } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createAttachmentRows } from '#store/attachments/attachment-rows.ts'
import { bindAttachments } from '#store/attachments/bind-attachments.ts'
import { query } from '#store/query.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { jpegOf, piecesOf } from './media-samples.ts'

let database: TestDatabase
let folder: ScratchFolder
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  folder = await scratchFolder()
  await query(database.database.pool, 'truncate attachment, loose_file')
})
afterEach(() => folder[Symbol.asyncDispose]())

const PHOTO: NewAttachment = {
  contentType: 'image/jpeg',
  size_bytes: undefined,
  originalName: null,
  uploadedBy: { accountId: null, deviceId: 'terminal-1', name: 'terminal-1' },
  shotAt: null,
  place: null,
}
const START = epochMs(Date.UTC(2026, 10, 25, 8))

/** A desk over a folder and real rows, with a clock of its own, and the sweep that goes with it. */
function open(change: { rows?: Partial<AttachmentRows>; files?: Partial<FileStore> } = {}) {
  const time = { now: START }
  const clock = { now: () => time.now }
  const disk = new DiskStore(folder.path)
  const real = createAttachmentRows(database.database.pool)
  const files: FileStore = {
    location: disk.location,
    check: () => disk.check(),
    write: (id, type, pieces) => disk.write(id, type, pieces),
    read: (id, range) => disk.read(id, range),
    remove: (id) => disk.remove(id),
    ...change.files,
  }
  const rows = { ...real, ...change.rows }
  const limits = { photoLimitBytes: 1_000_000, fileLimitBytes: 1_000_000 }
  const desk = new AttachmentDesk({ files, rows, limits, clock, log: silentLogger })
  return {
    time,
    rows: real,
    take: (bytes = jpegOf(50_000)) => desk.upload(PHOTO, piecesOf(bytes)),
    sweep: (signal = new AbortController().signal) =>
      sweep({ files: disk, rows: real, keepUnbound: days(7), clock, log: silentLogger, signal }),
  }
}

const filesLeft = (): string[] =>
  readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

const looseLeft = (): Promise<unknown[]> =>
  query(database.database.pool, 'select id from loose_file')

describe('the sweep', () => {
  test('removes what no case has taken up within seven days, with its file, and nothing else', async () => {
    const { take, rows, sweep, time } = open()
    const [forgotten, bound] = [await take(), await take()]
    const binding = {
      ids: [bound.id],
      stage: 'collected',
      by: PHOTO.uploadedBy,
      at: START,
    } as const
    await bindAttachments(database.database.pool, { caseId: forgotten.id, ...binding })
    time.now = plus(START, hours(167))
    const young = await take()
    await sweep()
    expect(filesLeft().toSorted()).toEqual([forgotten.id, bound.id, young.id].toSorted())
    time.now = plus(START, hours(169))
    await sweep()
    expect(filesLeft().toSorted()).toEqual([bound.id, young.id].toSorted())
    expect(await rows.find(forgotten.id)).toBeUndefined()
    expect(await rows.find(bound.id)).toBeDefined()
    expect(await looseLeft()).toEqual([])
  })

  test('removes the file of an upload that a crash ended before its row, a day later', async () => {
    const lost = new Unavailable('database-unavailable', 'the connection was lost')
    const { take, sweep, time } = open({ rows: { add: () => Promise.reject(lost) } })
    await expect(take()).rejects.toBe(lost)
    expect(filesLeft()).toHaveLength(1)
    await sweep()
    expect(filesLeft()).toHaveLength(1)
    time.now = plus(START, hours(25))
    await sweep()
    expect(filesLeft()).toEqual([])
    expect(await looseLeft()).toEqual([])
  })

  test('removes half a file', async () => {
    const { rows, sweep, time } = open()
    const id = '019ab0c5-7d2e-7cc1-8f52-3a6e1f9c4b7d'
    mkdirSync(`${folder.path}/arriving`)
    await rows.begin(id, START)
    writeFileSync(`${folder.path}/arriving/${id}`, 'half a photo')
    time.now = plus(START, hours(25))
    await sweep()
    expect(filesLeft()).toEqual([])
  })

  test('ends between two files when the service does, and the next goes on', async () => {
    const { take, sweep, time } = open()
    await take()
    await take()
    time.now = plus(START, days(8))
    await sweep(AbortSignal.abort())
    expect(filesLeft()).toHaveLength(2)
    await sweep()
    expect(filesLeft()).toEqual([])
  })

  test('goes on where it could not remove a file before', async () => {
    const { take, time, rows } = open()
    const { id } = await take()
    time.now = plus(START, days(8))
    const away = new Unavailable('storage-unavailable', 'away')
    const clock = { now: () => time.now }
    const { signal } = new AbortController()
    const shared = { rows, keepUnbound: days(7), clock, log: silentLogger, signal }
    const failing = { remove: () => Promise.reject(away) } as unknown as FileStore
    await expect(sweep({ ...shared, files: failing })).rejects.toBe(away)
    expect(await looseLeft()).toEqual([{ id }])
    await sweep({ ...shared, files: new DiskStore(folder.path) })
    expect(await looseLeft()).toEqual([])
    expect(filesLeft()).toEqual([])
  })
})

describe('an upload', () => {
  test('whose commit was answered too late is kept as it was committed', async () => {
    const lost = new Unavailable('database-unavailable', 'the connection was lost')
    const real = createAttachmentRows(database.database.pool)
    const { take, sweep, time } = open({
      rows: {
        async add(attachment) {
          await real.add(attachment)
          throw lost
        },
      },
    })
    await expect(take()).rejects.toBe(lost)
    time.now = plus(START, hours(25))
    await sweep()
    const [name = ''] = filesLeft()
    expect(await real.find(name)).toMatchObject({ id: name, size_bytes: 50_000 })
  })

  test('that took so long that it was swept away leaves nothing', async () => {
    const { take, sweep, time } = open({
      files: {
        async write(id, type, pieces) {
          time.now = plus(START, hours(25))
          await sweep()
          await new DiskStore(folder.path).write(id, type, pieces)
        },
      },
    })
    await expect(take()).rejects.toMatchObject({ code: 'not-ready' })
    expect(filesLeft()).toEqual([])
    expect(await looseLeft()).toEqual([])
  })

  test('is refused while too many others are under way', async () => {
    const gate = Promise.withResolvers<void>()
    const { take } = open({ rows: { begin: () => gate.promise } })
    const others = Array.from({ length: 64 }, () => take())
    await expect(take()).rejects.toMatchObject({ code: 'not-ready' })
    gate.reject(new Unavailable('database-unavailable', 'away'))
    const outcomes = await Promise.allSettled(others)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(filesLeft()).toEqual([])
  })
})
