import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Unavailable } from '#model/error.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { Spool, type SpoolRecord } from '#spool/spool.ts'
import { MemoryDisk } from './memory-disk.ts'

const FOLDER = '/spool'
const AT = epochMs(Date.UTC(2026, 10, 23, 4))

const open = (disk: MemoryDisk, more: Partial<Parameters<typeof Spool.open>[0]> = {}) =>
  Spool.open({
    folder: FOLDER,
    maxBytes: 1_000_000,
    drained: () => 0,
    log: silentLogger,
    disk,
    ...more,
  })

const bodyOf = (n: number): Buffer => Buffer.from(`record ${n} ${'x'.repeat((n * 37) % 90)}`)
const numberIn = ({ body }: SpoolRecord): number =>
  Number(Buffer.from(body).toString().split(' ')[1])

async function fill(spool: Spool, count: number, from = 0): Promise<void> {
  for (let n = from; n < from + count; n++) await spool.append(bodyOf(n), at(n))
}
const at = (n: number): EpochMs => epochMs(AT + n * 1_000)

async function rest(spool: Spool): Promise<SpoolRecord[]> {
  const found: SpoolRecord[] = []
  for (let record = await spool.next(); record; record = await spool.next()) found.push(record)
  return found
}
const numbersOf = async (spool: Spool): Promise<number[]> => (await rest(spool)).map(numberIn)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const onlyFile = (disk: MemoryDisk) => {
  const [file, stored] = [...disk.files][0] ?? []
  if (file === undefined || !stored) throw new Error('there is no file')
  return { file, stored }
}

describe('a spool gives back what it was given, in its order', () => {
  test('within one process, and is empty when all of it was released', async () => {
    const disk = new MemoryDisk()
    const spool = await open(disk)
    expect(spool.isEmpty).toBe(true)
    await fill(spool, 20)
    expect({ records: spool.records, oldestAt: spool.oldestAt }).toEqual({
      records: 20,
      oldestAt: AT,
    })
    const records = await rest(spool)
    expect(records.map(numberIn)).toEqual(upTo(20))
    await spool.release(records)
    expect({ isEmpty: spool.isEmpty, bytes: spool.bytes, files: disk.files.size }).toEqual({
      isEmpty: true,
      bytes: 0,
      files: 0,
    })
    await fill(spool, 3, 20)
    expect(await numbersOf(spool)).toEqual([20, 21, 22])
  })

  test('after a crash, those of several processes one after the other', async () => {
    let disk = new MemoryDisk()
    for (let process = 0; process < 3; process++) {
      await fill(await open(disk), 5, process * 5)
      disk = disk.crash(0)
    }
    const spool = await open(disk)
    await fill(spool, 2, 15)
    expect(spool.records).toBe(17)
    expect(await numbersOf(spool)).toEqual(upTo(17))
  })

  test('without what the database says it has', async () => {
    const disk = new MemoryDisk()
    const before = await open(disk, { maxBytes: 4_000 })
    await fill(before, 30)
    const drained = (generation: string) => (generation === before.generation ? 11 : 0)
    const spool = await open(disk.crash(0), { drained })
    expect(spool.records).toBe(19)
    const records = await rest(spool)
    expect(records.map(numberIn)).toEqual(upTo(30).slice(11))
    await spool.release(records)
    expect(spool.isEmpty).toBe(true)
  })

  test('giving room back segment by segment', async () => {
    const disk = new MemoryDisk()
    const spool = await open(disk, { maxBytes: 2_000 })
    let added = 0
    while (await spool.append(bodyOf(added), at(added))) added++
    expect(added).toBeGreaterThan(15)
    expect(spool.bytes).toBeLessThanOrEqual(2_000)
    const [first, second, third, fourth] = await rest(spool)
    await spool.release([first, second, third, fourth] as SpoolRecord[])
    expect(await spool.append(bodyOf(added), at(added))).toBeDefined()
    expect(spool.records).toBe(added - 3)
  })
})

describe('what was being written when the process died was never acknowledged', () => {
  test('and is passed over without a word, whatever prefix of the file is left', async () => {
    const disk = new MemoryDisk()
    await fill(await open(disk), 8)
    const { file, stored } = onlyFile(disk)
    const ends: number[] = []
    for (let n = 0, end = 0; n < 8; n++) ends.push((end += 32 + bodyOf(n).length))
    for (let length = 0; length <= stored.bytes.length; length++) {
      const left = new MemoryDisk()
      const bytes = stored.bytes.subarray(0, length)
      left.files.set(file, { bytes, synced: bytes })
      const spool = await open(left)
      const whole = ends.filter((end) => end <= length).length
      expect(spool.records).toBe(whole)
      expect(await numbersOf(spool)).toEqual(upTo(whole))
      expect(spool.damaged).toBe(0)
    }
  })

  test('nor are zeros that a file system left at the end', async () => {
    const disk = new MemoryDisk()
    await fill(await open(disk), 3)
    const { stored } = onlyFile(disk)
    stored.bytes = Buffer.concat([stored.bytes, Buffer.alloc(200)])
    const spool = await open(disk)
    expect(await numbersOf(spool)).toEqual([0, 1, 2])
    expect(spool.damaged).toBe(0)
  })
})

describe('what is damaged is put aside and named, and the rest is given back', () => {
  test('whichever byte is flipped', async () => {
    const disk = new MemoryDisk()
    await fill(await open(disk), 5)
    const { file, stored } = onlyFile(disk)
    const starts = upTo(5).map((n) => upTo(n).reduce((sum, m) => sum + 32 + bodyOf(m).length, 0))
    for (let index = 0; index < stored.bytes.length; index++) {
      const bytes = Buffer.from(stored.bytes)
      bytes[index] = (bytes[index] as number) ^ (1 << (index % 8))
      const hit = starts.findLastIndex((start) => start <= index)
      const flipped = new MemoryDisk()
      flipped.files.set(file, { bytes, synced: bytes })
      const spool = await open(flipped)
      const records = await rest(spool)
      expect(records.map(numberIn)).toEqual(upTo(5).filter((n) => n !== hit))
      expect(spool.damaged).toBe(1)
      await spool.release(records)
      expect(spool.isEmpty).toBe(true)
      const [aside] = [...flipped.files].filter(([name]) => name.endsWith('.damaged'))
      const [from, to] = [starts[hit], starts[hit + 1]]
      expect(aside?.[1].bytes).toEqual(bytes.subarray(from, to))
    }
  })

  test('a segment that is gone is missed', async () => {
    const disk = new MemoryDisk()
    await fill(await open(disk, { maxBytes: 2_000 }), 12)
    const names = [...disk.files.keys()].toSorted()
    disk.files.delete(names[1] as string)
    const spool = await open(disk)
    expect((await rest(spool)).length).toBeLessThan(12)
    expect(spool.damaged).toBe(1)
  })

  test('a segment whose damaged part cannot be put aside stays where it is', async () => {
    const disk = new MemoryDisk()
    await fill(await open(disk), 3)
    const { file, stored } = onlyFile(disk)
    stored.bytes[40] = 0xff
    disk.fault = (deed) => (deed === 'create' ? 'ENOSPC' : undefined)
    const spool = await open(disk)
    await spool.release(await rest(spool))
    expect(await spool.next()).toBeUndefined()
    expect(spool.isEmpty).toBe(true)
    expect([...disk.files.keys()]).toEqual([file])
  })

  test('a payload that looks like a frame is none', async () => {
    const other = new MemoryDisk()
    await fill(await open(other), 2)
    const disk = new MemoryDisk()
    const spool = await open(disk)
    await spool.append(bodyOf(0), at(0))
    await spool.append(onlyFile(other).stored.bytes, at(1))
    await spool.append(bodyOf(2), at(2))
    const { stored } = onlyFile(disk)
    stored.bytes[50 + bodyOf(0).length] = 0xff
    expect(await numbersOf(await open(disk))).toEqual([0, 2])
  })
})

describe('a disk that fails', () => {
  test('loses nothing that was said to be safe, at whatever deed and crash', async () => {
    const codes = fc.constantFrom('ENOSPC', 'EIO')
    const fault = fc.record({ at: fc.nat(60), code: codes, length: fc.integer({ min: 1, max: 6 }) })
    const kept = fc.constantFrom(0, 0.3, 1)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 4 }),
        fc.array(kept, { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (faults, crashes, partly) => {
          let disk = new MemoryDisk()
          const safe: number[] = []
          let n = 0
          for (const kept of crashes) {
            disk.partly = partly
            const spool = await open(disk, { maxBytes: 3_000 })
            disk.fault = (_, count) =>
              faults.find(({ at, length }) => count >= at && count < at + length)?.code
            for (const end = n + 15; n < end; n++) {
              try {
                if (await spool.append(bodyOf(n), at(n))) safe.push(n)
              } catch (error) {
                expect(error).toBeInstanceOf(Unavailable)
              }
            }
            disk = disk.crash(kept)
          }
          const spool = await open(disk, { maxBytes: 3_000 })
          const found = await numbersOf(spool)
          // What failed may be there as well: its batch was given again, and is known by its content.
          expect(found.filter((n) => safe.includes(n))).toEqual(safe)
          expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b))
          expect(spool.damaged).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is not asked again whether what it failed to write is there', async () => {
    const disk = new MemoryDisk()
    const spool = await open(disk)
    await spool.append(bodyOf(0), at(0))
    let syncs = 0
    disk.fault = (deed) => (deed === 'sync' && syncs++ === 0 ? 'EIO' : undefined)
    await expect(spool.append(bodyOf(1), at(1))).rejects.toMatchObject({
      code: 'storage-unavailable',
    })
    await spool.append(bodyOf(1), at(1))
    expect(disk.files.size).toBe(2)
    expect(await numbersOf(spool)).toEqual([0, 1])
    expect(await numbersOf(await open(disk.crash(0)))).toEqual([0, 1])
  })

  test('that is full says so, and leaves no empty files behind', async () => {
    const disk = new MemoryDisk()
    const spool = await open(disk)
    disk.fault = (deed) => (deed === 'write' ? 'ENOSPC' : undefined)
    for (const n of [0, 1, 2]) {
      await expect(spool.append(bodyOf(n), at(n))).rejects.toMatchObject({ code: 'disk-full' })
    }
    expect(disk.files.size).toBe(0)
    expect(spool.isEmpty).toBe(true)
  })
})

test('a spool of another format is refused in a sentence that says what to do', async () => {
  const disk = new MemoryDisk()
  await fill(await open(disk), 1)
  onlyFile(disk).stored.bytes.write('WSP2')
  await expect(open(disk)).rejects.toThrow(/format WSP2.*drain it first/)
})
