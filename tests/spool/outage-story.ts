import fc from 'fast-check'
import { vi } from 'vitest'
import { Ingest } from '#ingest/ingest.ts'
import type { Commit } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import { type EpochMs, milliseconds, plus, seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import type { Monitor } from '#monitor/monitor.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { Spool } from '#spool/spool.ts'
import { config } from '#tests/ingest/fixtures.ts'
import { START, startMonitor } from '#tests/monitor/fixtures.ts'
import { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { inForce, type World } from '#tests/monitor/order/story.ts'
import { MemoryDisk } from './memory-disk.ts'

/** What happens: something comes, the database goes and comes back, the process dies. */
export type Happening =
  | {
      readonly type: 'message'
      readonly device: number
      readonly level: number
      readonly ago: number
    }
  | { readonly type: 'untimed'; readonly device: number }
  | { readonly type: 'rubbish'; readonly device: number }
  | { readonly type: 'pause' }
  | { readonly type: 'down'; readonly isInDoubt: boolean }
  | { readonly type: 'up' }
  | { readonly type: 'crash'; readonly kept: number }

const device = fc.nat(2)
const inFlow: readonly fc.Arbitrary<Happening>[] = [
  fc.record({
    type: fc.constant('message' as const),
    device,
    level: fc.nat(4),
    ago: fc.constantFrom(0, 0, 0, 7, 40),
  }),
  fc.record({ type: fc.constant('rubbish' as const), device }),
  fc.record({ type: fc.constant('pause' as const) }),
]
const untimed = fc.record({ type: fc.constant('untimed' as const), device })
const down = fc.record({ type: fc.constant('down' as const), isInDoubt: fc.boolean() })
const up = fc.record({ type: fc.constant('up' as const) })
const crash = fc.record({ type: fc.constant('crash' as const), kept: fc.constantFrom(0, 0.5, 1) })

const someHappenings = (rare: readonly fc.Arbitrary<Happening>[]) =>
  fc.array(
    fc.oneof(
      ...inFlow.map((arbitrary) => ({ arbitrary, weight: 4 })),
      ...rare.map((arbitrary) => ({ arbitrary, weight: 1 })),
    ),
    { minLength: 10, maxLength: 80 },
  )

export const someOutages = someHappenings([untimed, down, down, up])
export const someCrashes = someHappenings([down, down, up, crash])

/** So much time passes before each happening; the rules are told of it after each. */
const STEP_S = 5
const METRICS = createMetrics()
const OFTEN = { timeout: 10_000, interval: 1 }

interface Living {
  readonly monitor: Monitor
  readonly ingest: Ingest
  isDead: boolean
  tick: Promise<void> | undefined
}

/** A service that is told what happens, with a database and a disk in memory. */
export class OutageStory {
  readonly ledger = new MemoryLedger()
  /** What was sent and is not acknowledged; a device sends it again. */
  readonly #unacknowledged = new Set<Envelope>()
  readonly acknowledged: Envelope[] = []
  readonly fatal: unknown[] = []
  readonly #world: World
  readonly #devices: readonly Device[]
  #disk = new MemoryDisk()
  #now = START
  #isDown = false
  #isInDoubt = false
  #living: Living | undefined
  #sent = 0

  constructor(world: World, devices: readonly Device[]) {
    this.#world = world
    this.#devices = devices
    this.ledger.mishap = () => {
      if (!this.#isDown) return 'none'
      const isInDoubt = this.#isInDoubt
      this.#isInDoubt = false
      return isInDoubt ? 'after' : 'before'
    }
  }

  /** Plays it to a good end: the database is back, and nothing waits. */
  async play(happenings: readonly Happening[]): Promise<void> {
    await this.#start()
    for (const happening of happenings) {
      this.#now = plus(this.#now, seconds(STEP_S))
      await this.#take(happening)
      await this.#settle()
      await this.#tick()
    }
    this.#isDown = false
    for (let n = 0; n < 20; n++) {
      await vi.waitFor(() => {
        if (!this.#spool?.isEmpty) throw new Error('it is not drained yet')
      }, OFTEN)
      this.#now = plus(this.#now, seconds(STEP_S))
      await this.#tick()
      await this.#living?.tick
    }
    await this.#kill()
  }

  /** The ids of all entries in the quarantine, each as often as it is there. */
  get quarantined(): readonly string[] {
    return [...new Set(this.#written.flatMap(({ rejections }) => rejections.map(({ id }) => id)))]
  }

  get #written(): readonly Commit[] {
    return this.ledger.commits
  }

  #spool: Spool | undefined

  async #start(): Promise<void> {
    const drained = (generation: string): number =>
      Math.max(
        0,
        ...this.#written.map(({ fromSpool }) =>
          fromSpool?.generation === generation ? fromSpool.record : 0,
        ),
      )
    const spool = await Spool.open({
      folder: '/spool',
      maxBytes: 1_000_000,
      drained,
      log: silentLogger,
      disk: this.#disk,
    })
    this.#spool = spool
    const clock = { now: (): EpochMs => this.#now }
    const state: { isDead: boolean } = { isDead: false }
    const { ledger } = this
    const find = (id: string) => this.#devices.find((each) => each.id === id)
    const monitor = await startMonitor(ledger, this.#world.rules, {
      inForce: inForce(this.#world),
      clock,
      silenceGrace: seconds(20),
      devices: { find, all: () => this.#devices },
      isBehind: () => !spool.isEmpty,
      ledger: {
        lastNumber: ledger.lastNumber,
        commit: (commit) => (state.isDead ? new Promise(() => undefined) : ledger.commit(commit)),
      },
      wait: (_, signal) =>
        new Promise((resolve, reject) => {
          setImmediate(() => (signal.aborted ? reject(signal.reason as Error) : resolve()))
        }),
    })
    const ingest = new Ingest({
      config,
      registry: { find },
      sink: monitor,
      metrics: METRICS,
      spool: {
        spool,
        after: milliseconds(1),
        stalledSince: () => monitor.stalledSince,
        clock,
        log: silentLogger,
      },
      onFatal: (error) => {
        if (!state.isDead) this.fatal.push(error)
      },
    })
    this.#living = Object.assign(state, { monitor, ingest, tick: undefined })
    for (const envelope of this.#unacknowledged) this.#offer(envelope)
  }

  async #take(happening: Happening): Promise<void> {
    switch (happening.type) {
      case 'message': {
        const at = plus(this.#now, milliseconds(-happening.ago * 1_000))
        this.#send(happening.device, {
          measuredAt: at,
          seq: this.#sent++,
          level_mm: happening.level,
        })
        break
      }
      case 'untimed':
        this.#send(happening.device, { level_mm: 3 })
        break
      case 'rubbish':
        this.#send(happening.device, { level_mm: `rubbish ${this.#sent++}` })
        break
      case 'down':
        this.#isDown = true
        this.#isInDoubt = happening.isInDoubt
        break
      case 'up':
        this.#isDown = false
        break
      case 'crash':
        this.#isDown = false
        await this.#kill()
        this.#disk = this.#disk.crash(happening.kept)
        await this.#start()
        break
      case 'pause':
    }
  }

  #send(index: number, payload: Record<string, unknown>): void {
    const deviceId = this.#devices[index]?.id ?? ''
    const envelope: Envelope = {
      deviceId,
      topic: telemetryTopic(deviceId),
      payload: Buffer.from(JSON.stringify(payload)),
      qos: 1,
      receivedAt: this.#now,
      replayOf: null,
    }
    this.#unacknowledged.add(envelope)
    this.#offer(envelope)
  }

  #offer(envelope: Envelope): void {
    const living = this.#living
    living?.ingest.offer(envelope, (settled) => {
      if (living.isDead) return
      this.#unacknowledged.delete(settled)
      this.acknowledged.push(settled)
    })
  }

  /** Everything is acknowledged, out of the database or the spool. */
  async #settle(): Promise<void> {
    await vi.waitFor(() => {
      if (this.#unacknowledged.size > 0) throw new Error('something is not acknowledged')
    }, OFTEN)
  }

  /** Rounds never overlap: one that the database keeps waiting is not told of more. */
  async #tick(): Promise<void> {
    const living = this.#living
    if (!living) return
    if (!this.#isDown) await living.tick
    living.tick ??= living.monitor
      .tick()
      .catch(() => undefined)
      .finally(() => {
        living.tick = undefined
      })
    // What can happen without waiting for the database happens in less than a step.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    await living.ingest.spooler?.beat()
    if (!this.#isDown) await living.tick
  }

  async #kill(): Promise<void> {
    const living = this.#living
    if (!living) return
    living.isDead = true
    living.monitor.stop()
    await Promise.race([living.ingest.spooler?.stop(), new Promise(setImmediate)])
  }
}
