import { chance, pick, type Random } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { distanceBetween_m } from '#simulator/world/local-plane.ts'

/**
 * The devices that one cell tower serves: of those that stand still the share nearest to a place
 * in their midst, of those that move each with that chance. By index.
 */
export function devicesOfCell(
  devices: readonly SimulatedDevice[],
  share: number,
  random: Random,
): readonly SimulatedDevice[] {
  const standing = devices.filter(({ spot }) => spot !== null)
  const served = new Set(standing.length > 0 ? nearest(standing, share, random) : [])
  return devices.filter((device) =>
    device.spot === null ? chance(random, share) : served.has(device),
  )
}

function nearest(
  standing: readonly SimulatedDevice[],
  share: number,
  random: Random,
): readonly SimulatedDevice[] {
  const tower = pick(random, standing).spot?.place
  return standing
    .map((device) => ({
      device,
      off_m: tower && device.spot ? distanceBetween_m(tower, device.spot.place) : 0,
    }))
    .sort((a, b) => a.off_m - b.off_m || a.device.index - b.device.index)
    .slice(0, Math.round(share * standing.length))
    .map(({ device }) => device)
}
