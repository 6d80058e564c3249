import type { Shard } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Act } from './act.ts'

/** What becomes of a stream of emissions on its way to the broker, in the order of time. */
export function* impair(
  emissions: Iterable<Emission>,
  _faults: NetworkFaults,
  _setting: Setting,
  _shard: Shard,
): Generator<Act, void, undefined> {
  for (const emission of emissions) {
    const { at, device, payload, shows } = emission
    for (const one of shows) one.sent += 1
    yield { type: 'publish', at, device, payload, emissions: [emission], again: false }
  }
}
