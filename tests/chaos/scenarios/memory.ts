import { readFileSync } from 'node:fs'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

const MIB = 1_024 * 1_024
const HEAP_MB = 192
/** Half of the young generation: of its usual 64 so small a heap cannot take in what survives. */
const SEMI_SPACE_MB = 16
const PENDING_MB = 32
/** What the whole process may take: the heap, what waits outside of it, and the program itself. */
const CAP_MB = 512

export const memory: Scenario = {
  name: 'memory',
  title: 'a heap of 192 MiB, far more to say than fits, and a database that does not answer',
  stage: () => ({
    env: {
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --max-semi-space-size=${SEMI_SPACE_MB}`,
      INGEST_PENDING_MAX_BYTES: String(PENDING_MB * MIB),
    },
  }),
  herd: (isShort) => ({
    devices: isShort ? 200 : 1_000,
    perSecond: isShort ? 4_000 : 8_000,
    window: 1_000,
    keeps: 400,
  }),
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const { pid } = stage.service
    for (let round = 1; round <= (isShort ? 1 : 4); round++) {
      await untilFlowing(herd)
      progress('the database does not answer')
      stage.databaseLine.hold()
      await pause(isShort ? 3 : 20)
      stage.databaseLine.release()
      progress('it answers again')
      await untilFlowing(herd, 1_000)
      await pause(isShort ? 1 : 10)
    }
    if (stage.service.pid !== pid) fault('the service ended')
    const peak_mb = peakOf(pid)
    if (peak_mb > CAP_MB) fault(`the process took ${peak_mb} MiB`)
    if (herd.connectionsLost > 0) fault(`${herd.connectionsLost} devices were cut off`)
    saw(`${herd.said} messages said; the process took ${peak_mb} MiB at most, of ${CAP_MB}`)
  },
}

/** The most memory that a process ever had resident, in MiB; 0 where the system does not say. */
function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024)
}
