import type { EpochMs } from '#model/time.ts'
import type { OutagePlan } from '#simulator/scenario/scenario.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Publish } from './act.ts'

/** Of one message: the topic and headers must fit into the 64 KiB of the broker as well. */
const MOST_BYTES = 60_000

/** What a device sends of its buffer, all at once, when it is in coverage again. */
export function flush(
  device: SimulatedDevice,
  at: EpochMs,
  held: readonly Emission[],
  { flush, array }: Pick<OutagePlan, 'flush' | 'array'>,
): readonly Publish[] {
  if (flush === 'none') return []
  const ordered = flush === 'reversed' ? held.toReversed() : held
  const once = bundles(ordered, array).map(
    (emissions): Publish => ({
      type: 'publish',
      at,
      device,
      payload: payloadOf(emissions, array),
      emissions,
      again: false,
    }),
  )
  return flush === 'doubled' ? [...once, ...once.map((act) => ({ ...act, again: true }))] : once
}

function bundles(emissions: readonly Emission[], array: number): readonly (readonly Emission[])[] {
  const found: Emission[][] = []
  let bundle: Emission[] = []
  let bytes = 0
  for (const emission of emissions) {
    const full = bundle.length === array || bytes + emission.payload.length > MOST_BYTES
    if (full && bundle.length > 0) {
      found.push(bundle)
      bundle = []
      bytes = 0
    }
    bundle.push(emission)
    // With the comma after it.
    bytes += emission.payload.length + 1
  }
  if (bundle.length > 0) found.push(bundle)
  return found
}

const OPENING = Buffer.from('[')
const COMMA = Buffer.from(',')
const CLOSING = Buffer.from(']')

function payloadOf(emissions: readonly Emission[], array: number): Buffer {
  const [first] = emissions
  if (array === 1 && first) return first.payload
  const rest = emissions.flatMap(({ payload }, index) => (index === 0 ? payload : [COMMA, payload]))
  return Buffer.concat([OPENING, ...rest, CLOSING])
}
