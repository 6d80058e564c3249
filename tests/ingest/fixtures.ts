import type { Batch, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Reading } from '#model/reading.ts'
import type { Rejection } from '#model/rejection.ts'
import { epochMs } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { readConfig } from '#runtime/config.ts'
import { bareDevice } from '#tests/support/bare-device.ts'

export const receivedAt = epochMs(Date.UTC(2026, 10, 23, 8))

export const config = readConfig({}).ingest

export const DEVICES: readonly Device[] = [
  bareDevice('cover-1', 'manhole-cover'),
  bareDevice('cover-2', 'manhole-cover'),
  bareDevice('truck-1', 'refuse-truck'),
  bareDevice('truck-gcj', 'refuse-truck', { coordinateSystem: 'gcj02' }),
  bareDevice('terminal-1', 'patrol-terminal', { coordinateSystem: 'gcj02' }),
  bareDevice('gauge-1', 'pipe-gauge'),
  bareDevice('asleep-1', 'bin-sensor', { enabled: false }),
]

export const registry = {
  find: (id: string): Device | undefined => DEVICES.find((device) => device.id === id),
}

export const envelopeOf = (
  deviceId: string,
  payload: string | Uint8Array,
  more: Partial<Envelope> = {},
): Envelope => ({
  deviceId,
  topic: telemetryTopic(deviceId),
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  qos: 1,
  receivedAt,
  replayOf: null,
  ...more,
})

const OUTCOME: CommitOutcome = { stored: 0, duplicates: 0, cases: [] }

/** A sink in memory that commits when it is told to, or at once. */
export class MemorySink {
  readonly readings: Reading[] = []
  readonly rejections: Rejection[] = []
  readonly resolved: string[] = []
  readonly batches: Batch[] = []
  /** What to throw instead of committing; undefined commits. */
  refuses: (batch: Batch) => Error | undefined = () => undefined
  #isHeld = false
  #release: (() => void)[] = []
  atOnce = 0
  mostAtOnce = 0

  hold(): void {
    this.#isHeld = true
  }

  letGo(): void {
    this.#isHeld = false
    for (const release of this.#release.splice(0)) release()
  }

  /** Lets go of what it was given so far. */
  forget(): void {
    for (const given of [this.readings, this.rejections, this.resolved, this.batches]) {
      given.length = 0
    }
  }

  async process(batch: Batch): Promise<CommitOutcome> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce)
    this.batches.push(batch)
    if (this.#isHeld) await new Promise<void>((resolve) => this.#release.push(resolve))
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    this.atOnce--
    const error = this.refuses(batch)
    if (error) throw error
    this.readings.push(...batch.readings)
    this.rejections.push(...batch.rejections)
    this.resolved.push(...batch.resolved)
    return { ...OUTCOME, stored: batch.readings.length }
  }
}
