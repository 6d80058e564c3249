import { cpus } from 'node:os'

/** Processors are looked at so often; more often their clocks have not moved far enough. */
const LOOK_MS = 500

interface Times {
  readonly idle: number
  readonly all: number
}

/**
 * How busy everything else is, from 0 to 1: the event loop of this process, or all processors of the
 * machine, whichever is busier. A loop that waits for a database that has no processor left is not idle.
 */
export class Busyness {
  #loop = performance.eventLoopUtilization()
  #machine = timesOf()
  #lookedAt = performance.now()
  #machineBusy = 0

  /** Since the call before; `own_ms` of that was work that does not count. */
  since(own_ms: number): number {
    const now = performance.eventLoopUtilization()
    const { active, idle } = performance.eventLoopUtilization(now, this.#loop)
    this.#loop = now
    const others = Math.max(0, active - own_ms)
    return Math.max(others / Math.max(1, others + idle), this.#ofMachine())
  }

  #ofMachine(): number {
    if (performance.now() - this.#lookedAt < LOOK_MS) return this.#machineBusy
    this.#lookedAt = performance.now()
    const [before, now] = [this.#machine, timesOf()]
    this.#machine = now
    const all = now.all - before.all
    if (all > 0) this.#machineBusy = 1 - (now.idle - before.idle) / all
    return this.#machineBusy
  }
}

function timesOf(): Times {
  let [idle, all] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    all += times.user + times.nice + times.sys + times.irq + times.idle
  }
  return { idle, all }
}
