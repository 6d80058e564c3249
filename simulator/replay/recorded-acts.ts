import { epochMs } from '#model/time.ts'
import type { Act } from '#simulator/network/act.ts'
import type { Network } from '#simulator/network/network.ts'
import type { Emission } from '#simulator/stream/emission.ts'

// Later than anything a network holds back.
const FOREVER = epochMs(Number.MAX_SAFE_INTEGER)

/** What becomes of the readings of a recording on their way to the broker, in the order of time. */
export async function* recordedActs(
  emissions: AsyncIterable<Emission>,
  network: Pick<Network, 'offer' | 'advance'>,
): AsyncGenerator<Act> {
  for await (const emission of emissions) {
    yield* network.advance(emission.at)
    network.offer(emission)
  }
  yield* network.advance(FOREVER)
}

/**
 * Puts up to `size` readings of a device into one message, an array. What is more than a reading
 * that is sent for the first time goes out as it is, after what the device had before.
 */
export async function* inArrays(acts: AsyncIterable<Act>, size: number): AsyncGenerator<Act> {
  const waiting = new Map<number, Plain[]>()
  for await (const act of acts) {
    const { index } = act.device
    const own = waiting.get(index) ?? []
    if (isPlain(act)) own.push(act)
    if (own.length === size || (own.length > 0 && !isPlain(act))) {
      yield together(own)
      waiting.delete(index)
    } else if (isPlain(act)) {
      waiting.set(index, own)
    }
    if (!isPlain(act)) yield act
  }
  for (const own of waiting.values()) yield together(own)
}

type Plain = Extract<Act, { type: 'publish' }>

const isPlain = (act: Act): act is Plain =>
  act.type === 'publish' && !act.again && act.emissions.length === 1

function together(acts: readonly Plain[]): Plain {
  const last = acts.at(-1) as Plain
  const payload = Buffer.from(`[${acts.map((act) => act.payload.toString()).join(',')}]`)
  return { ...last, payload, emissions: acts.flatMap(({ emissions }) => emissions) }
}
