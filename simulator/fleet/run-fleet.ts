import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable, type WanmiError } from '#model/error.ts'
import { type DurationMs, type EpochMs, seconds } from '#model/time.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { registerCity } from '#simulator/registry/register-city.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import { acts } from '#simulator/run/acts.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import { type TruthLine, truthLines } from '#simulator/truth/truth-file.ts'
import type { City } from '#simulator/world/city.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { Fleet, type FleetCounters } from './fleet.ts'
import { publishInTime } from './publish-in-time.ts'

export interface RunOptions {
  readonly scenario: Scenario
  /** From the first reading on; null goes on until it is stopped. */
  readonly duration: DurationMs | null
  readonly endpoint: Endpoint
  /** Where to register the city first; null when its devices are registered already. */
  readonly service: ServiceAddress | null
  /** Longest wait for acknowledgements at the end; 15 s when absent. */
  readonly drain?: DurationMs
  readonly clock?: Clock
}

export type FleetStage = 'registering' | 'connecting' | 'running' | 'draining' | 'over'

export interface FleetProgress extends FleetCounters {
  readonly stage: FleetStage
  readonly registered: number
  /** Since the first reading could be sent. */
  readonly elapsed_ms: number
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
   * wait for acknowledgements. Rejects when the city cannot be registered, or nobody gets through
   * to the broker.
   */
  readonly finished: Promise<FleetProgress>
  readonly #options: RunOptions
  readonly #clock: Clock
  readonly #fleet: Fleet
  readonly #stopping = new AbortController()
  readonly #departure = Promise.withResolvers<void>()
  #stage: FleetStage = 'registering'
  #registered = 0
  #trouble: WanmiError | undefined
  #startedAt: EpochMs | undefined
  #endedAt: EpochMs | undefined
  #plan: RunPlan
  #world: World | undefined

  constructor(options: RunOptions) {
    const { scenario, duration, endpoint, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#plan = planRun({ scenario, startedAt: clock.now(), duration })
    this.city = this.#plan.city
    this.#fleet = new Fleet({
      devices: this.city.devices,
      seed: this.city.seed,
      endpoint,
      clock,
      qos: scenario.fleet.qos,
      window: scenario.fleet.window,
      onTrouble: (reason) => {
        this.#trouble = reason
      },
    })
    this.started = this.#departure.promise
    // Whoever waits for `finished` alone hears of a failure there.
    this.started.catch(() => undefined)
    this.finished = this.#run()
  }

  progress(): FleetProgress {
    const until = this.#endedAt ?? this.#clock.now()
    const past = (at: EpochMs): boolean => at <= until
    return {
      ...this.#fleet.counters(),
      stage: this.#stage,
      registered: this.#registered,
      elapsed_ms: this.#startedAt === undefined ? 0 : until - this.#startedAt,
      incidentsBegun: this.#incidents.filter(({ startedAt }) => past(startedAt)).length,
      incidentsEnded: this.#incidents.filter(({ endedAt }) => past(endedAt)).length,
    }
  }

  /** Ends it early: what was sent may still be acknowledged, then the connections are closed. */
  stop(): Promise<FleetProgress> {
    this.#stopping.abort()
    return this.finished
  }

  get #incidents() {
    return this.#startedAt === undefined ? [] : this.#plan.incidents
  }

  /** What truly happened up to now. */
  truth(): Iterable<TruthLine> {
    const until = this.#endedAt ?? this.#clock.now()
    return truthLines(this.#plan, this.#world?.observations(until) ?? [], until)
  }

  async #run(): Promise<FleetProgress> {
    const { signal } = this.#stopping
    try {
      if (this.#options.service) await this.#register(this.#options.service)
      if (!signal.aborted) await this.#connect()
      if (!signal.aborted) await this.#report()
      this.#departure.resolve()
      this.#stage = 'draining'
      this.#endedAt = this.#clock.now()
      await this.#fleet.end(this.#options.drain ?? DRAIN)
    } catch (error) {
      await this.#fleet.end(seconds(0))
      this.#stage = 'over'
      this.#departure.reject(error)
      // Stopping in the middle of a request makes it fail; that is no failure of the run.
      if (!signal.aborted) throw error
    }
    this.#stage = 'over'
    return this.progress()
  }

  async #register(service: ServiceAddress): Promise<void> {
    const { signal } = this.#stopping
    const onProgress = (devices: number): void => {
      this.#registered = devices
    }
    await registerCity(this.city, { service, interval: this.#plan.interval, signal, onProgress })
  }

  async #connect(): Promise<void> {
    this.#stage = 'connecting'
    this.#fleet.connect()
    let last = { through: 0, at: performance.now() }
    while (!this.#stopping.signal.aborted) {
      const { connected, refused, devices } = this.#fleet.counters()
      const all = connected + refused === devices
      // Where there is no broker nobody need wait; one device may be refused and others not.
      const hopeless = all || this.#trouble instanceof Unavailable
      if (connected === 0 && this.#trouble && hopeless) throw this.#trouble
      if (all) return
      if (connected > last.through) last = { through: connected, at: performance.now() }
      if (performance.now() - last.at > STRAGGLERS_MS) return
      await pause(LOOK_MS)
    }
  }

  async #report(): Promise<void> {
    const { scenario, duration } = this.#options
    const startedAt = this.#clock.now()
    this.#plan = planRun({ scenario, startedAt, duration }, this.city)
    this.#world = createWorld(this.#plan)
    this.#startedAt = startedAt
    this.#stage = 'running'
    this.#departure.resolve()
    const stream = acts(this.#plan, this.#world, WHOLE)
    const { signal } = this.#stopping
    await publishInTime(stream, this.#plan.endedAt, this.#clock, signal, (act) =>
      this.#fleet.perform(act),
    )
  }
}

export type { FleetRun }

/** Builds the city of the seed, registers it, connects its devices and lets them report. */
export const runFleet = (options: RunOptions): FleetRun => new FleetRun(options)
