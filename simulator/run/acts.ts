import type { Act } from '#simulator/network/act.ts'
import { impair } from '#simulator/network/impair.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import type { World } from '#simulator/world/world.ts'
import type { RunPlan } from './run-plan.ts'
import type { Shard } from './shard.ts'

/** Everything that happens on the lines of a shard's devices, in the order of time. */
export function acts(plan: RunPlan, world: World, shard: Shard): Generator<Act, void, undefined> {
  return impair(emissions(world, shard), plan.scenario.network, plan, shard)
}
