import { integerBetween, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** So many of them, or all where there are not as many; by index. */
export function someDevices(
  devices: readonly SimulatedDevice[],
  count: number,
  random: Random,
): readonly SimulatedDevice[] {
  const left = [...devices]
  const chosen = Math.min(count, left.length)
  // Fisher and Yates, as far as it is needed.
  for (let at = 0; at < chosen; at += 1) {
    const other = integerBetween(random, at, left.length - 1)
    const device = left[other] as SimulatedDevice
    left[other] = left[at] as SimulatedDevice
    left[at] = device
  }
  return left.slice(0, chosen).sort((a, b) => a.index - b.index)
}
