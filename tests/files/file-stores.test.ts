import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { v7 as uuidv7 } from 'uuid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DiskStore } from '#files/disk-store.ts'
import { openFileStore } from '#files/open-file-store.ts'
import type { FileStore } from '#files/ports.ts'
import { S3Store } from '#files/s3-store.ts'
import { Rejected, Unavailable } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { FakeS3 } from './fake-s3.ts'
import { jpegOf, piecesOf } from './media-samples.ts'

const MIB = 1_024 * 1_024

let folder: ScratchFolder
let s3: FakeS3
beforeEach(async () => {
  folder = await scratchFolder()
  s3 = await new FakeS3().open()
})
afterEach(async () => {
  await s3.close()
  await folder[Symbol.asyncDispose]()
})

/** Paths of all files under the folder. */
const filesOnDisk = (): string[] =>
  readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.path.length + 1))

async function* breaking(bytes: Buffer, error: Error): AsyncGenerator<Uint8Array> {
  yield* piecesOf(bytes)
  throw error
}

const STORES: Readonly<Record<string, () => { store: FileStore; left: () => readonly unknown[] }>> =
  {
    'a folder': () => ({ store: new DiskStore(folder.path), left: filesOnDisk }),
    'a bucket': () => ({
      store: new S3Store(s3.options),
      left: () => [...s3.objects.keys(), ...s3.uploads.keys()],
    }),
  }

describe.each(Object.keys(STORES))('%s', (name) => {
  const open = () => (STORES[name] as NonNullable<(typeof STORES)[string]>)()

  test('gives back the bytes it was given, all or some of them', async () => {
    const { store } = open()
    await store.check()
    // Below a part, of exactly one, of one and a byte, of many; and none at all.
    for (const size of [100, 5 * MIB, 5 * MIB + 1, 12 * MIB, 0]) {
      const id = uuidv7()
      const bytes = jpegOf(Math.max(size, 20)).subarray(0, size)
      await store.write(id, 'image/jpeg', piecesOf(bytes, 70_001))
      expect((await buffer(await store.read(id))).equals(bytes), `${size}`).toBe(true)
      if (size < 100) continue
      const some = await buffer(await store.read(id, { from: 10, to: size - 20 }))
      expect(some.equals(bytes.subarray(10, size - 19)), `${size}`).toBe(true)
    }
  })

  test('keeps nothing of a file whose sender breaks off, however late', async () => {
    const { store, left } = open()
    for (const size of [0, 100, 5 * MIB, 11 * MIB]) {
      const broken = new Rejected('invalid-input', 'the upload broke off')
      const write = store.write(uuidv7(), 'image/jpeg', breaking(jpegOf(size + 20), broken))
      await expect(write).rejects.toBe(broken)
      expect(left()).toEqual([])
    }
  })

  test('removes a file, and one that is not there', async () => {
    const { store, left } = open()
    const id = uuidv7()
    await store.write(id, 'image/jpeg', piecesOf(jpegOf(100)))
    expect(left()).toHaveLength(1)
    await store.remove(id)
    await store.remove(id)
    expect(left()).toEqual([])
    await expect(store.read(id)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('a folder', () => {
  test('spreads its files by the last digits of their ids', async () => {
    const store = new DiskStore(folder.path)
    const id = '019ab0c5-7d2e-7cc1-8f52-3a6e1f9c4b7d'
    await store.write(id, 'image/jpeg', piecesOf(jpegOf(100)))
    expect(filesOnDisk()).toEqual([`7d/4b/${id}`])
  })

  test('removes what a crash left of an upload', async () => {
    const store = new DiskStore(folder.path)
    const id = uuidv7()
    await mkdir(`${folder.path}/arriving`)
    writeFileSync(`${folder.path}/arriving/${id}`, 'half a photo')
    await store.remove(id)
    expect(filesOnDisk()).toEqual([])
  })

  test('that cannot be used is refused at the start, and later is a reason to try again', async () => {
    await writeFile(`${folder.path}/file`, '')
    const dir = `${folder.path}/file/photos`
    const config = { ...readConfig({}).attachments, dir }
    await expect(openFileStore(config, folder.path, silentLogger)).rejects.toMatchObject({
      code: 'data-directory',
    })
    const store = await openFileStore({ ...config, dir: null }, `${folder.path}/file`, silentLogger)
    const write = store.write(uuidv7(), 'image/jpeg', piecesOf(jpegOf(100)))
    await expect(write).rejects.toBeInstanceOf(Unavailable)
    await expect(write).rejects.toMatchObject({ code: 'storage-unavailable' })
  })

  test('is under DATA_DIR unless another is configured', async () => {
    const config = readConfig({}).attachments
    await mkdir(`${folder.path}/data`)
    const usual = await openFileStore(config, `${folder.path}/data`, silentLogger)
    expect(usual.location).toBe(`${folder.path}/data/attachments`)
    const dir = `${folder.path}/photos`
    const other = await openFileStore({ ...config, dir }, `${folder.path}/data`, silentLogger)
    expect(other.location).toBe(dir)
    // Nothing is made before there is something to keep.
    expect(readdirSync(`${folder.path}/data`)).toEqual([])
  })
})

describe('a bucket', () => {
  test('takes a small file in one request and a large one in parts, never more of it at a time', async () => {
    const store = new S3Store(s3.options)
    const [small, large] = [uuidv7(), uuidv7()]
    await store.write(small, 'image/png', piecesOf(jpegOf(3 * MIB)))
    expect(s3.requests).toEqual([`PUT /photos/attachments/${small}`])
    s3.requests.length = 0
    await store.write(large, 'video/mp4', piecesOf(jpegOf(12 * MIB)))
    const object = `/photos/attachments/${large}`
    expect(s3.requests).toEqual([
      `POST ${object}?uploads=`,
      ...[1, 2, 3].map((part) => `PUT ${object}?partNumber=${part}`),
      `POST ${object}`,
    ])
    expect(s3.largestBody).toBe(5 * MIB)
    expect([...s3.objects.values()].map(({ mediaType }) => mediaType)).toEqual([
      'image/png',
      'video/mp4',
    ])
  })

  test('whose key is wrong, that is away or fails is a reason to try again, said without the secret', async () => {
    const wrong = new S3Store({ ...s3.options, secretAccessKey: 'another secret' })
    const failing = new S3Store(s3.options)
    for (const [store, trouble] of [
      [wrong, undefined],
      [failing, { status: 503, body: '<Error><Code>SlowDown</Code></Error>' }],
      [failing, 'away'],
    ] as const) {
      s3.trouble = () => (typeof trouble === 'object' ? trouble : undefined)
      if (trouble === 'away') await s3.close()
      for (const attempt of [
        () => store.write(uuidv7(), 'image/jpeg', piecesOf(jpegOf(100))),
        () => store.read(uuidv7()),
        () => store.remove(uuidv7()),
        () => store.check(),
      ]) {
        const error = await attempt().then(
          () => undefined,
          (reason: unknown) => reason as Error,
        )
        expect(error).toMatchObject({ code: 'storage-unavailable' })
        expect(error?.message).not.toContain('secret')
      }
    }
  })

  test('that says yes and then does not put the parts together has not kept the file', async () => {
    const store = new S3Store(s3.options)
    s3.trouble = (request) =>
      request.startsWith('POST') && !request.endsWith('uploads=')
        ? { status: 200, body: '<Error><Code>InternalError</Code></Error>' }
        : undefined
    const write = store.write(uuidv7(), 'image/jpeg', piecesOf(jpegOf(11 * MIB)))
    await expect(write).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(s3.uploads.size).toBe(0)
  })

  test('removes the parts that a crash left, and bears a storage that does not list them', async () => {
    const store = new S3Store(s3.options)
    const id = uuidv7()
    // A storage that is down at the end keeps the parts.
    s3.trouble = (request) =>
      request.includes('partNumber=2') || request.startsWith('DELETE')
        ? { status: 500, body: '' }
        : undefined
    await expect(store.write(id, 'image/jpeg', piecesOf(jpegOf(11 * MIB)))).rejects.toThrow()
    expect(s3.uploads.size).toBe(1)
    s3.trouble = () => undefined
    await store.remove(id)
    expect(s3.uploads.size).toBe(0)
    s3.trouble = (request) => (request.startsWith('GET') ? { status: 501, body: '' } : undefined)
    await store.remove(id)
  })

  test('configured by halves is refused by what is missing, and one that is away is only warned of', async () => {
    const { attachments } = readConfig({
      ATTACHMENTS_S3_ENDPOINT: s3.options.endpoint,
      ATTACHMENTS_S3_BUCKET: 'photos',
      ATTACHMENTS_S3_REGION: s3.options.region,
      ATTACHMENTS_S3_ACCESS_KEY_ID: s3.options.accessKeyId,
    })
    await expect(openFileStore(attachments, folder.path, silentLogger)).rejects.toMatchObject({
      code: 'bad-configuration',
      message: 'the storage of attachments also needs ATTACHMENTS_S3_SECRET_ACCESS_KEY',
    })
    const whole = { ...attachments, s3SecretAccessKey: s3.options.secretAccessKey }
    await expect(
      openFileStore({ ...whole, s3Endpoint: 'minio:9000' }, folder.path, silentLogger),
    ).rejects.toMatchObject({ code: 'bad-configuration' })
    const warnings: unknown[] = []
    const log = Object.create(silentLogger, {
      warn: { value: (facts: unknown) => warnings.push(facts) },
    }) as typeof silentLogger
    const store = await openFileStore(whole, folder.path, log)
    expect(store.location).toBe(`${s3.options.endpoint}/photos`)
    expect(warnings).toEqual([])
    await openFileStore({ ...whole, s3Bucket: 'other' }, folder.path, log)
    await s3.close()
    await openFileStore(whole, folder.path, log)
    expect(warnings).toHaveLength(2)
    expect(readdirSync(folder.path)).toEqual([])
    expect(readFileSync('docs/configuration.md', 'utf8')).toContain('ATTACHMENTS_S3_ENDPOINT')
  })
})
