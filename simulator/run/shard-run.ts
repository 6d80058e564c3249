import { type EpochMs, epochMs } from '#model/time.ts'
import type { Act } from '#simulator/network/act.ts'
import { faultsOf } from '#simulator/sensors/faults/diagnose.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import { type FaultOf, type TruthLine, truthLines } from '#simulator/truth/truth-file.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { ActLines, type Slice } from './act-lines.ts'
import { acts } from './acts.ts'
import { planRun, type RunOrder, type RunPlan } from './run-plan.ts'
import type { Shard } from './shard.ts'

/** The lines of a shard in a span of time that is the same for all shards. */
export interface ShardSlice extends Slice {
  readonly until: EpochMs
  /** Whether the run ends with it. */
  readonly last: boolean
}

/** In one slice of all shards together, as far as devices report by their interval. */
const LINES_PER_SLICE = 16_384
/** Measured, sent, lost. */
const COUNTS = 3

/**
 * One shard's part of a dry run, made slice by slice of virtual time. All shards of a run cut time
 * at the same instants.
 */
export class ShardRun {
  readonly #plan: RunPlan
  readonly #world: World
  readonly #acts: Generator<Act, void, undefined>
  readonly #lines: ActLines
  readonly #span_ms: number
  readonly #slices: number
  #made = 0
  /** An act of a later slice, at which the stream waits. */
  #ahead: IteratorResult<Act, void> | undefined

  constructor(order: RunOrder, shard: Shard) {
    this.#plan = planRun(order)
    this.#world = createWorld(this.#plan)
    this.#acts = acts(this.#plan, this.#world, shard)
    this.#lines = new ActLines(this.#plan.city.devices.length)
    this.#span_ms = spanOf(this.#plan)
    const { startedAt, endedAt } = this.#plan
    this.#slices = Math.max(1, Math.ceil((endedAt - startedAt) / this.#span_ms))
  }

  /**
   * The next slice. The last one has all that comes late as well; after it they are empty.
   *
   * @param spent one that is done with: its memory is used again
   */
  next(spent?: Slice): ShardSlice {
    this.#made += 1
    const last = this.#made >= this.#slices
    const until = last ? Infinity : this.#reached
    let next = this.#ahead ?? this.#acts.next()
    for (; !next.done && next.value.at < until; next = this.#acts.next())
      this.#lines.add(next.value)
    this.#ahead = next
    return { ...this.#lines.take(spent), until: this.#reached, last }
  }

  /** The end of the slices that were made. */
  get #reached(): EpochMs {
    const { startedAt, endedAt } = this.#plan
    return epochMs(Math.min(endedAt, startedAt + this.#made * this.#span_ms))
  }

  /**
   * What became of the readings of this shard, three numbers for each observation of the city.
   * What was still under way is lost: there are no slices after it.
   */
  counts(): Float64Array<ArrayBuffer> {
    const observations = this.#observations()
    const counts = new Float64Array(COUNTS * observations.length)
    for (const [index, { measured, sent, lost }] of observations.entries()) {
      counts.set([measured, sent, lost], COUNTS * index)
    }
    return counts
  }

  /** The truth so far, with the counts of the other shards. There are no slices after it. */
  truth(others: readonly Float64Array[]): readonly TruthLine[] {
    const observations = this.#observations().map((own, index): Observation => {
      const all = { ...own }
      for (const counts of others) {
        all.measured += counts[COUNTS * index] as number
        all.sent += counts[COUNTS * index + 1] as number
        all.lost += counts[COUNTS * index + 2] as number
      }
      return all
    })
    return [...truthLines(this.#plan, observations, this.#reached, this.#faults())]
  }

  #observations(): readonly Observation[] {
    this.#acts.return()
    return this.#world.observations(this.#reached)
  }

  *#faults(): Generator<FaultOf> {
    for (const device of this.#plan.city.devices) {
      for (const fault of faultsOf(this.#world, device, this.#reached)) {
        yield { deviceId: device.id, ...fault }
      }
    }
  }
}

function spanOf({ city, interval }: RunPlan): number {
  const perMs = city.devices.reduce((sum, { kind }) => sum + 1 / interval(kind), 0)
  return Math.max(1, Math.round(LINES_PER_SLICE / perMs))
}
