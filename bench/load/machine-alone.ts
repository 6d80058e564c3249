/**
 * How much of the time the machine itself stands still, in a process of its own: a thread for each core
 * does nothing but look at the clock, and where that jumps somebody else had the core, as a host that
 * has given it to another machine has.
 */
import { cpus } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

export interface MachineResult {
  /** Of the time of all cores, from 0 to 1. */
  readonly stoodStill: number
  readonly longestMs: number
}

interface Jumps {
  readonly sumMs: number
  readonly longestMs: number
}

/** Less than this is what an interrupt takes. */
const JUMP_MS = 0.5

function look(seconds: number): Jumps {
  const end = performance.now() + seconds * 1_000
  let [sumMs, longestMs, last] = [0, 0, performance.now()]
  while (last < end) {
    const now = performance.now()
    const jump = now - last
    if (jump > JUMP_MS) sumMs += jump
    longestMs = Math.max(longestMs, jump)
    last = now
  }
  return { sumMs, longestMs }
}

async function lookOnEachCore(seconds: number): Promise<MachineResult> {
  const looks = cpus().map(
    () =>
      new Promise<Jumps>((resolve, reject) => {
        const worker = new Worker(import.meta.filename, { workerData: seconds })
        worker.once('message', resolve).once('error', reject)
      }),
  )
  const jumps = await Promise.all(looks)
  const sumMs = jumps.reduce((sum, each) => sum + each.sumMs, 0)
  return {
    stoodStill: Number((sumMs / (jumps.length * seconds * 1_000)).toFixed(4)),
    longestMs: Number(Math.max(...jumps.map(({ longestMs }) => longestMs)).toFixed(1)),
  }
}

if (isMainThread) console.log(JSON.stringify(await lookOnEachCore(Number(process.argv[2] ?? 2))))
else parentPort?.postMessage(look(workerData as number))
