import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable, type WanmiError } from '#model/error.ts'
import { type DurationMs, days, type EpochMs, epochMs, plus, seconds } from '#model/time.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { type Incident, truthLines } from '#simulator/incidents/incident.ts'
import { scheduleIncidents } from '#simulator/incidents/schedule.ts'
import { registerCity } from '#simulator/registry/register-city.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import { reportingIntervals } from '#simulator/stream/reporting.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import { buildCity, type City } from '#simulator/world/city.ts'
import { Fleet, type FleetCounters } from './fleet.ts'
import { publishInTime } from './publish-in-time.ts'

export interface FleetOptions {
  readonly devices: number
  /** Messages per second of all devices together. */
  readonly rate: number
  readonly seed: string
  /** Another text lets other things go wrong in the same city; none when absent. */
  readonly variation?: string
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
// Without an end, incidents are planned for a day: nobody watches a demonstration for longer.
const LONGEST_PLAN = days(1)
const NEVER = epochMs(Number.MAX_SAFE_INTEGER)
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
  readonly #options: FleetOptions
  readonly #clock: Clock
  readonly #interval: (kind: string) => DurationMs
  readonly #fleet: Fleet
  readonly #stopping = new AbortController()
  readonly #departure = Promise.withResolvers<void>()
  #stage: FleetStage = 'registering'
  #registered = 0
  #trouble: WanmiError | undefined
  #startedAt: EpochMs | undefined
  #endedAt: EpochMs | undefined
  #incidents: readonly Incident[] = []

  constructor(options: FleetOptions) {
    const { devices, rate, seed, endpoint, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.city = buildCity({ seed, devices })
    this.#interval = reportingIntervals(this.city.devices, rate)
    this.#fleet = new Fleet(this.city, endpoint, clock, (reason) => {
      this.#trouble = reason
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

  /** What truly happened up to now, as lines of a truth file without their line ends. */
  truth(): Iterable<string> {
    const until = this.#endedAt ?? this.#clock.now()
    const { variation = '' } = this.#options
    const run = { variation, incidents: this.#incidents, startedAt: this.#startedAt ?? until }
    return truthLines(this.city, run, until)
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
    await registerCity(this.city, { service, interval: this.#interval, signal, onProgress })
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
    const { duration, variation = '' } = this.#options
    const { city } = this
    const interval = this.#interval
    const startedAt = this.#clock.now()
    const endedAt = duration === null ? NEVER : plus(startedAt, duration)
    const plan = { startedAt, duration: duration ?? LONGEST_PLAN, interval, variation }
    this.#incidents = scheduleIncidents(city, plan)
    this.#startedAt = startedAt
    this.#stage = 'running'
    this.#departure.resolve()
    const stream = emissions(city, this.#incidents, { startedAt, endedAt, interval })
    const { signal } = this.#stopping
    await publishInTime(stream, endedAt, this.#clock, signal, (emission) =>
      this.#fleet.publish(emission),
    )
  }
}

export type { FleetRun }

/** Builds the city of the seed, registers it, connects its devices and lets them report. */
export const runFleet = (options: FleetOptions): FleetRun => new FleetRun(options)
