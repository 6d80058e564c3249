/**
 * What the disk alone makes of a paced load, in a process of its own: messages are due at set times, and
 * whatever is due is written behind one another and synced, as a write-ahead log is, into a file that has
 * its room already; what became due meanwhile goes with the next. No service, no database, no socket.
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { Histogram } from './histogram.ts'

interface Options {
  readonly file: string
  readonly perSecond: number
  readonly seconds: number
}

export interface DiskResult {
  /** From when a message was due to the end of the sync it went with. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly syncs: number
  /** Of one write with its sync. */
  readonly syncP50Ms: number
  readonly syncP99Ms: number
  readonly syncMaxMs: number
}

/** What a message of the bench takes in PostgreSQL's log, and a page of that. */
const MESSAGE_BYTES = 230
const PAGE_BYTES = 8_192
const FILE_BYTES = 64 * 1_024 * 1_024

function run({ file, perSecond, seconds }: Options): DiskResult {
  const descriptor = openSync(file, 'w')
  const room = Buffer.alloc(FILE_BYTES, 1)
  writeSync(descriptor, room, 0, FILE_BYTES, 0)
  fdatasyncSync(descriptor)
  const [perMs, waits, syncs] = [perSecond / 1_000, new Histogram(), new Histogram()]
  const begun = performance.now()
  let [told, at] = [0, 0]
  let longest = 0
  while (performance.now() - begun < seconds * 1_000) {
    const started = performance.now()
    const due = Math.floor((started - begun) * perMs)
    if (due === told) continue
    const bytes = Math.ceil(((due - told) * MESSAGE_BYTES) / PAGE_BYTES) * PAGE_BYTES
    if (at + bytes > FILE_BYTES) at = 0
    writeSync(descriptor, room, 0, Math.min(bytes, FILE_BYTES), at)
    fdatasyncSync(descriptor)
    at += bytes
    const ended = performance.now()
    syncs.add(ended - started)
    longest = Math.max(longest, ended - started)
    for (; told < due; told++) waits.add(ended - begun - told / perMs)
  }
  closeSync(descriptor)
  rmSync(file)
  return {
    p50Ms: waits.quantile(0.5),
    p99Ms: waits.quantile(0.99),
    syncs: syncs.count,
    syncP50Ms: syncs.quantile(0.5),
    syncP99Ms: syncs.quantile(0.99),
    syncMaxMs: Number(longest.toFixed(1)),
  }
}

console.log(JSON.stringify(run(JSON.parse(process.argv[2] ?? '{}') as Options)))
