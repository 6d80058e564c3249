import type { Explanation } from '#model/explanation.ts'
import { type EpochMs } from '#model/time.ts'
import { Explainer } from '#monitor/explain/explainer.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { RuleInForce } from '#monitor/plans.ts'
import { device, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

export const COVER = device('cover')

/** A monitor that was there all the time, whose clock stands where it is put. */
export async function opened(rules: readonly RuleInForce[]) {
  const ledger = new MemoryLedger()
  let now = START
  ledger.devices.set(COVER.id, COVER)
  const clock = { now: () => now }
  const monitor = await startMonitor(ledger, rules, { clock })
  const explainer = explainerOf(monitor, ledger, clock)
  const put = (at: EpochMs): void => {
    now = at
  }
  const ask = (ruleId: string, at?: EpochMs): Promise<Explanation> =>
    explainer.explain({ deviceId: COVER.id, ruleId, at })
  return { ledger, monitor, put, ask }
}

/** Episodes have no cases here: what opens them is the store. */
export const explainerOf = (
  monitor: Monitor,
  ledger: MemoryLedger,
  clock: { readonly now: () => EpochMs },
): Explainer =>
  new Explainer({
    history: ledger,
    devices: { find: (id) => ledger.devices.get(id) },
    monitor,
    book: () => [],
    episode: (id) => {
      const episode = ledger.stored.get(id)
      return Promise.resolve(episode && { episode, case: null, joined: false })
    },
    clock,
  })
