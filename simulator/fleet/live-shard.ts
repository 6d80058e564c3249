import type { RecordableHistogram } from 'node:perf_hooks'
import type { WanmiError } from '#model/error.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { registryCity } from '#simulator/registry/registry-city.ts'
import type { RegistryRecords } from '#simulator/registry/registry-records.ts'
import { acts } from '#simulator/run/acts.ts'
import { planRun, type RunPlan } from '#simulator/run/run-plan.ts'
import { type Shard, shardHolds } from '#simulator/run/shard.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { faultsOf } from '#simulator/sensors/faults/diagnose.ts'
import type { Endpoint } from '#simulator/transport/endpoint.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import { type FaultOf, type TruthLine, truthLines } from '#simulator/truth/truth-file.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { Fleet } from './fleet.ts'
import type { FleetCounters } from './fleet-counters.ts'
import { performInTime } from './perform-in-time.ts'
import { type Departure, VirtualClock } from './virtual-clock.ts'

/** What a shard of a live run is made of. Plain data. */
export interface LiveOrder {
  readonly scenario: Scenario
  readonly duration: DurationMs | null
  readonly endpoint: Endpoint
  readonly shard: Shard
  /** What the city is made from where it is that of the registry; null: from its seed. */
  readonly records: RegistryRecords | null
}

export interface ShardProgress {
  readonly counters: FleetCounters
  /** The act it performed last, in the time of the run; null before the first. */
  readonly reachedAt: EpochMs | null
  /** What went wrong last with a connection. */
  readonly trouble: WanmiError | null
}

/** Measured, sent, lost. */
const COUNTS = 3

/** The devices of one shard, connected and reporting. */
export class LiveShard {
  readonly plan: RunPlan
  readonly #order: LiveOrder
  readonly #clock: Clock
  readonly #fleet: Fleet
  readonly #stopping = new AbortController()
  #trouble: WanmiError | null = null
  #virtual: VirtualClock | undefined
  #running: { readonly plan: RunPlan; readonly world: World } | undefined
  #reachedAt: EpochMs | null = null

  /** @throws Rejected('invalid-input') when there can be no such city */
  constructor(order: LiveOrder, clock: Clock) {
    const { scenario, duration, endpoint, shard, records } = order
    const city = records ? registryCity(records) : undefined
    this.#order = order
    this.#clock = clock
    this.plan = planRun({ scenario, startedAt: clock.now(), duration }, city)
    this.#fleet = new Fleet({
      devices: this.plan.city.devices.filter((device) => shardHolds(shard, device)),
      seed: `${this.plan.city.seed} ${shard.index}`,
      endpoint,
      clock,
      qos: scenario.fleet.qos,
      window: scenario.fleet.window,
      dueAt: (at) => this.#virtual?.dueAt(at) ?? null,
      onTrouble: (reason) => {
        this.#trouble = reason
      },
    })
  }

  get lags(): RecordableHistogram {
    return this.#fleet.lags
  }

  progress(): ShardProgress {
    return {
      counters: this.#fleet.counters(),
      reachedAt: this.#reachedAt,
      trouble: this.#trouble,
    }
  }

  connect(): void {
    this.#fleet.connect()
  }

  /** Lets the devices report; resolves when the run is over or was stopped. */
  async depart(departure: Departure): Promise<void> {
    const { scenario, duration, shard } = this.#order
    const { startedAt } = departure
    const plan = planRun({ scenario, startedAt, duration }, this.plan.city)
    const world = createWorld(plan)
    const clock = new VirtualClock(departure, this.#clock)
    this.#running = { plan, world }
    this.#virtual = clock
    const performer = {
      perform: (act: Parameters<Fleet['perform']>[0]): void => {
        this.#fleet.perform(act)
        this.#reachedAt = act.at
      },
      room: () => this.#fleet.room(),
    }
    const { signal } = this.#stopping
    await performInTime(acts(plan, world, shard), performer, {
      clock,
      endedAt: plan.endedAt,
      signal,
    })
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Waits up to `grace` for acknowledgements, then closes the connections. */
  end(grace: DurationMs): Promise<void> {
    return this.#fleet.end(grace)
  }

  /** What became of the readings of this shard: three numbers for each observation of the city. */
  counts(until: EpochMs): Float64Array {
    const observations = this.#running?.world.observations(until) ?? []
    return Float64Array.from(
      observations.flatMap(({ measured, sent, lost }) => [measured, sent, lost]),
    )
  }

  /** What truly happened up to then, with the counts of the other shards. */
  truth(until: EpochMs, others: readonly Float64Array[] = []): readonly TruthLine[] {
    const { plan, world } = this.#running ?? { plan: this.plan, world: null }
    const observations = (world?.observations(until) ?? []).map((own, index): Observation => {
      const at = COUNTS * index
      const sum = (offset: number, from: number): number =>
        others.reduce((total, counts) => total + (counts[at + offset] ?? 0), from)
      return {
        ...own,
        measured: sum(0, own.measured),
        sent: sum(1, own.sent),
        lost: sum(2, own.lost),
      }
    })
    return truthAt(plan, observations, until)
  }
}

/** What truly happened up to then, and which devices did not say so. */
export const truthAt = (
  plan: RunPlan,
  observations: readonly Observation[],
  until: EpochMs,
): readonly TruthLine[] => [...truthLines(plan, observations, until, faultsBefore(plan, until))]

function* faultsBefore(plan: RunPlan, until: EpochMs): Generator<FaultOf> {
  for (const device of plan.city.devices) {
    for (const fault of faultsOf({ setting: plan }, device, until)) {
      yield { deviceId: device.id, ...fault }
    }
  }
}
