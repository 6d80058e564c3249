import { type EpochMs, epochMs } from '#model/time.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type Burst, goneAt } from './burst.ts'
import type { MainGauge } from './main-gauge.ts'
import { type Seen, Watch } from './watch.ts'

/** Less is no pressure. */
const MARK_KPA = 100
/** So much less than without a burst is a drop. */
const DROP_KPA = 80
const STEP_MS = 5_000
const HALVINGS = 13

type GaugedDevice = readonly [SimulatedDevice, MainGauge]

interface Watching {
  readonly gauge: MainGauge
  readonly marks: readonly Mark[]
  until: number
}

interface Mark {
  readonly watch: Watch
  /** How far past its mark the pressure is. */
  readonly past_kpa: (gauge: MainGauge, at: EpochMs) => number
}

/** Sees where the pressure is gone or has dropped, on a grid of time; when exactly, it finds between its instants. */
export class MainsWatch {
  readonly #gauges: () => readonly GaugedDevice[]
  #reached: ReadonlyMap<Burst, readonly GaugedDevice[]> | undefined
  readonly #log: Seen[]
  readonly #later: Burst[]
  readonly #watching = new Map<number, Watching>()
  readonly #active = new Set<Watching>()
  #now: EpochMs

  constructor(
    startedAt: EpochMs,
    bursts: readonly Burst[],
    gauges: () => readonly GaugedDevice[],
    log: Seen[],
  ) {
    this.#now = startedAt
    this.#later = bursts.toSorted((a, b) => b.incident.startedAt - a.incident.startedAt)
    this.#gauges = gauges
    this.#log = log
  }

  at(deviceIndex: number, at: EpochMs): readonly Observation[] {
    const marks = this.#watching.get(deviceIndex)?.marks ?? []
    return marks.flatMap(({ watch }) => watch.at(at) ?? [])
  }

  /** Goes on to the first instant of the grid at or after `at`. */
  advance(at: EpochMs): void {
    while (this.#now < at) {
      if (this.#active.size === 0) this.#skipTo(at)
      if (this.#now >= at) return
      const from = this.#now
      const to = epochMs(from + STEP_MS)
      this.#begin(to)
      for (const one of this.#active) this.#look(one, from, to)
      this.#now = to
    }
  }

  // Nothing to see before the next burst.
  #skipTo(at: EpochMs): void {
    const next = Math.min(at, this.#later.at(-1)?.incident.startedAt ?? Infinity)
    const steps = Math.floor((next - this.#now) / STEP_MS)
    if (steps > 0) this.#now = epochMs(this.#now + steps * STEP_MS)
  }

  #begin(to: EpochMs): void {
    for (
      let first = this.#later.at(-1);
      first && first.incident.startedAt <= to;
      first = this.#later.at(-1)
    ) {
      this.#later.pop()
      this.#reached ??= byBurst(this.#gauges())
      for (const [device, gauge] of this.#reached.get(first) ?? []) {
        const one = this.#watching.get(device.index) ?? {
          gauge,
          marks: [
            {
              watch: new Watch('water-main-burst', device, this.#log),
              past_kpa: (at: MainGauge, when: EpochMs) => MARK_KPA - at.pressure_kpa(when),
            },
            {
              watch: new Watch('main-pressure-drop', device, this.#log),
              past_kpa: (at: MainGauge, when: EpochMs) => at.lost_kpa(when) - DROP_KPA,
            },
          ],
          until: 0,
        }
        one.until = Math.max(one.until, goneAt(first))
        this.#watching.set(device.index, one)
        this.#active.add(one)
      }
    }
  }

  #look(one: Watching, from: EpochMs, to: EpochMs): void {
    const { gauge, marks } = one
    for (const mark of marks) this.#lookAt(mark, gauge, from, to)
    if (to > one.until && marks.every(({ watch }) => !watch.open)) this.#active.delete(one)
  }

  #lookAt({ watch, past_kpa }: Mark, gauge: MainGauge, from: EpochMs, to: EpochMs): void {
    const lost = (at: number): number => past_kpa(gauge, epochMs(at))
    const before = lost(from)
    const crossing = (): number => {
      let [low, high] = [from as number, to as number]
      for (let turn = 0; turn < HALVINGS; turn += 1) {
        const middle = (low + high) / 2
        if (lost(middle) > 0 === before > 0) low = middle
        else high = middle
      }
      return high
    }
    watch.step(from, before, to, lost(to), crossing, () => gauge.causeAt(to)?.incident.id)
  }
}

function byBurst(gauges: readonly GaugedDevice[]): ReadonlyMap<Burst, readonly GaugedDevice[]> {
  const reached = new Map<Burst, GaugedDevice[]>()
  for (const gauged of gauges) {
    for (const burst of gauged[1].threats) {
      const own = reached.get(burst)
      if (own) own.push(gauged)
      else reached.set(burst, [gauged])
    }
  }
  return reached
}
