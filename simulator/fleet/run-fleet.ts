import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable } from '#model/error.ts'
import { type DurationMs, type EpochMs, epochMs, seconds } from '#model/time.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { registerCity } from '#simulator/registry/register-city.ts'
import { registerMarks } from '#simulator/registry/register-marks.ts'
import { registryCity } from '#simulator/registry/registry-city.ts'
import type { RegistryRecords } from '#simulator/registry/registry-records.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'
import type { City } from '#simulator/world/city.ts'
import { type FleetCounters, sumOf } from './fleet-counters.ts'
import { LiveShard, truthAt } from './live-shard.ts'
import { LiveThread } from './live-thread.ts'
import { requireOpenFiles } from './open-files.ts'
import { partyHere, type ShardParty } from './shard-party.ts'
import { type Start, startOfRun } from './start-of-run.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface RunOptions {
  readonly scenario: Scenario
  /** In its own time, from the first reading on; null goes on until it is stopped. */
  readonly duration: DurationMs | null
  readonly endpoint: Endpoint
  /** Where to register the city first; null when its devices are registered already. */
  readonly service: ServiceAddress | null
  /** Whether to tell the rules of that service what the city knows of its sewers. */
  readonly marks?: boolean
  /** Of the registry's own devices, with their secrets; absent, the city is made from its seed. */
  readonly records?: RegistryRecords | null
  /** When it begins in its own time; see {@link startOfRun}. */
  readonly start?: Start | undefined
  /** How many threads share the devices; one, this very one, when absent. */
  readonly workers?: number
  /** Longest wait for acknowledgements at the end; 15 s when absent. */
  readonly drain?: DurationMs
  /** The one on the wall. Threads of their own have the system's. */
  readonly clock?: Clock
}

export type FleetStage = 'registering' | 'connecting' | 'running' | 'draining' | 'over'

export interface FleetProgress extends FleetCounters {
  readonly stage: FleetStage
  readonly registered: number
  /** Since the first reading could be sent, on the wall. */
  readonly elapsed_ms: number
  /** How far it has come in its own time, since its start. */
  readonly simulated_ms: number
  readonly incidentsBegun: number
  readonly incidentsEnded: number
}

const DRAIN = seconds(15)
// When nobody new got through for this long, the others will have to catch up.
const STRAGGLERS_MS = 10_000
const LOOK_MS = 50

/** A fleet on its way. Use {@link runFleet}. */
class FleetRun {
  readonly city: City
  /** Resolves when the first reading is about to be sent. */
  readonly started: Promise<void>
  /**
   * Resolves with the last progress when the duration is over or the fleet was stopped, after the
   * wait for acknowledgements. Rejects when the city cannot be registered, nobody gets through to
   * the broker, or a worker fails.
   */
  readonly finished: Promise<FleetProgress>
  readonly #options: RunOptions
  readonly #clock: Clock
  /** The one in this thread, where there are no others. */
  readonly #alone: LiveShard | undefined
  readonly #parties: readonly ShardParty[]
  readonly #stopping = new AbortController()
  readonly #departure = Promise.withResolvers<void>()
  #stage: FleetStage = 'registering'
  #registered = 0
  #begunAt: EpochMs | undefined
  /** In its own time, and on the wall. */
  #ended: { readonly at: EpochMs; readonly onWall: EpochMs } | undefined
  #plan: RunPlan
  #virtual: VirtualClock | undefined
  #truth: readonly TruthLine[] | undefined

  constructor(options: RunOptions) {
    const { scenario, duration, endpoint, workers = 1, clock = systemClock } = options
    const { records = null } = options
    this.#options = options
    this.#clock = clock
    // Refused before anybody connects.
    this.#startedAt(clock.now())
    const devices = records ? records.devices.length : scenario.fleet.devices
    requireOpenFiles(scenario.network.clones.reduce((sum, clone) => sum + clone.devices, devices))
    const order = { scenario, duration, endpoint, records }
    if (workers === 1) {
      this.#alone = new LiveShard({ ...order, shard: WHOLE }, clock)
      this.#plan = this.#alone.plan
      this.#parties = [partyHere(this.#alone)]
    } else {
      const city = records ? registryCity(records) : undefined
      this.#plan = planRun({ scenario, startedAt: clock.now(), duration }, city)
      this.#parties = Array.from(
        { length: workers },
        (_, index) => new LiveThread({ ...order, shard: { index, of: workers } }),
      )
    }
    this.city = this.#plan.city
    this.started = this.#departure.promise
    // Whoever waits for `finished` alone hears of a failure there.
    this.started.catch(() => undefined)
    this.finished = this.#run()
  }

  progress(): FleetProgress {
    const until = this.#now
    const wall = this.#ended?.onWall ?? this.#clock.now()
    const { startedAt, incidents } = this.#plan
    const begun = this.#begunAt !== undefined
    const past = (at: EpochMs): boolean => begun && at <= until
    return {
      ...this.#counters(),
      stage: this.#stage,
      registered: this.#registered,
      elapsed_ms: this.#begunAt === undefined ? 0 : wall - this.#begunAt,
      simulated_ms: begun ? Math.max(0, until - startedAt) : 0,
      incidentsBegun: incidents.filter(({ startedAt }) => past(startedAt)).length,
      incidentsEnded: incidents.filter(({ endedAt }) => past(endedAt)).length,
    }
  }

  /** Ends it early: what was sent may still be acknowledged, then the connections are closed. */
  stop(): Promise<FleetProgress> {
    this.#stopping.abort()
    for (const party of this.#parties) party.stop()
    return this.finished
  }

  /**
   * What truly happened up to now. Before the end, a run of several workers does not know what of
   * it could be seen.
   */
  truth(): readonly TruthLine[] {
    const until = this.#alone ? this.#reachedAt : this.#now
    return this.#truth ?? this.#alone?.truth(until) ?? truthAt(this.#plan, [], until)
  }

  async #run(): Promise<FleetProgress> {
    const { signal } = this.#stopping
    try {
      if (this.#options.service) await this.#register(this.#options.service)
      if (!signal.aborted) await this.#connect()
      if (!signal.aborted) await this.#report()
      this.#departure.resolve()
      await this.#drain()
    } catch (error) {
      this.#departure.reject(error)
      for (const party of this.#parties) party.stop()
      await Promise.allSettled(this.#parties.map((party) => party.end(seconds(0))))
      // Stopping in the middle of a request makes it fail; that is no failure of the run.
      if (!signal.aborted) throw error
    } finally {
      this.#truth ??= this.truth()
      this.#stage = 'over'
      await this.#all((party) => party.close())
    }
    return this.progress()
  }

  async #register(service: ServiceAddress): Promise<void> {
    const { signal } = this.#stopping
    const onProgress = (devices: number): void => {
      this.#registered = devices
    }
    await registerCity(this.city, { service, interval: this.#plan.interval, signal, onProgress })
    if (this.#options.marks) await registerMarks(this.city, service, signal)
  }

  async #connect(): Promise<void> {
    this.#stage = 'connecting'
    await this.#all((party) => party.connect())
    const devices = this.city.devices.length
    let last = { through: 0, at: performance.now() }
    while (!this.#stopping.signal.aborted) {
      const { connected, refused } = this.#counters()
      const trouble = this.#parties.map((party) => party.progress().trouble).find(Boolean)
      const all = connected + refused === devices
      // Where there is no broker nobody need wait; one device may be refused and others not.
      if (connected === 0 && trouble && (all || trouble instanceof Unavailable)) throw trouble
      if (all) return
      if (connected > last.through) last = { through: connected, at: performance.now() }
      if (performance.now() - last.at > STRAGGLERS_MS) return
      await pause(LOOK_MS)
    }
  }

  async #report(): Promise<void> {
    const { scenario, duration } = this.#options
    const begunAt = this.#clock.now()
    const startedAt = this.#startedAt(begunAt)
    const departure = { startedAt, begunAt, speed: scenario.speed }
    this.#plan = planRun({ scenario, startedAt, duration }, this.city)
    this.#virtual = new VirtualClock(departure, this.#clock)
    this.#begunAt = begunAt
    this.#stage = 'running'
    this.#departure.resolve()
    await this.#all((party) => party.depart(departure))
  }

  #startedAt(now: EpochMs): EpochMs {
    const { scenario, duration, start } = this.#options
    return startOfRun(scenario, duration ?? scenario.duration, now, start)
  }

  async #drain(): Promise<void> {
    this.#ended = {
      at: this.#stopping.signal.aborted ? this.#now : this.#plan.endedAt,
      onWall: this.#clock.now(),
    }
    this.#stage = 'draining'
    await this.#all((party) => party.end(this.#options.drain ?? DRAIN))
    const { at } = this.#ended
    const [first, ...others] = this.#parties
    const counts = await Promise.all(others.map((party) => party.counts(at)))
    this.#truth = await first?.truth(at, counts)
  }

  async #all(work: (party: ShardParty) => Promise<void>): Promise<void> {
    await Promise.all(this.#parties.map(work))
  }

  #counters(): FleetCounters {
    const parties = this.#parties
    return {
      ...sumOf(
        parties.map((party) => party.progress().counters),
        parties.map(({ lags }) => lags),
      ),
      devices: this.city.devices.length,
    }
  }

  /** In the time of the run. */
  get #now(): EpochMs {
    if (this.#ended) return this.#ended.at
    const { endedAt, scenario } = this.#plan
    if (!this.#virtual || scenario.speed === null) return this.#reachedAt
    return epochMs(Math.min(endedAt, this.#virtual.now()))
  }

  /** The latest act of all, not after the end. */
  get #reachedAt(): EpochMs {
    const { startedAt, endedAt } = this.#plan
    const reached = this.#parties.map((party) => party.progress().reachedAt ?? startedAt)
    return epochMs(Math.min(endedAt, Math.max(...reached)))
  }
}

export type { FleetRun }

/** Builds the city of the seed, registers it, connects its devices and lets them report. */
export const runFleet = (options: RunOptions): FleetRun => new FleetRun(options)
