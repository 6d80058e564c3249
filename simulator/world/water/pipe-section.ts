/**
 * A pipe of circular section that runs part full, in shares of the full one, so that one table
 * serves every diameter. Geometry of the segment of a circle, flow by Manning's formula
 * `Q = A·R^(2/3)·√S / n` (Chow, Open-Channel Hydraulics, 1959, ch. 6 and appendix A).
 */

/** Of concrete that has been in the ground for a while. */
const MANNING_N = 0.013
export const PARTS = 1_024

/** The depth as a share of the diameter, by the share of the section that is wet, in {@link PARTS} steps. */
export const DEPTH_BY_AREA = new Float64Array(PARTS + 1)
/**
 * The conveyance as a share of that of the full pipe, by the same. A pipe nearly full carries a
 * little more than a full one in theory; the air it would need is not there, so it is held at 1.
 */
export const CONVEYANCE_BY_AREA = new Float64Array(PARTS + 1)
/** The conveyance by depth over diameter. */
const CONVEYANCE_BY_DEPTH = new Float64Array(PARTS + 1)

for (let part = 0, angle = 0; part <= PARTS; part += 1) {
  const share = part / PARTS
  angle = angleOf(share, angle)
  DEPTH_BY_AREA[part] = part === PARTS ? 1 : (1 - Math.cos(angle / 2)) / 2
  CONVEYANCE_BY_AREA[part] = conveyance(angle)
  CONVEYANCE_BY_DEPTH[part] = conveyance(2 * Math.acos(1 - 2 * share))
}

// The angle at the centre that the wet part of the wall spans: (θ − sin θ) / 2π is the wet share.
function angleOf(share: number, from: number): number {
  let [low, high] = [from, 2 * Math.PI]
  for (let turn = 0; turn < 50; turn += 1) {
    const middle = (low + high) / 2
    if ((middle - Math.sin(middle)) / (2 * Math.PI) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function conveyance(angle: number): number {
  if (angle <= 0) return 0
  const area = (angle - Math.sin(angle)) / (2 * Math.PI)
  const radius = 1 - Math.sin(angle) / angle
  return Math.min(1, area * radius ** (2 / 3))
}

/** How much a pipe filled to this share of its diameter carries beside a full one, 0 to 1. */
export const conveyanceAt = (depthShare: number): number =>
  CONVEYANCE_BY_DEPTH[Math.round(Math.max(0, Math.min(1, depthShare)) * PARTS)] as number

export const fullArea_m2 = (diameter_m: number): number => (Math.PI * diameter_m * diameter_m) / 4

/** What a full pipe carries at a slope of 1, in m³/s: times √S it is the flow. */
export const fullConveyance_m3_s = (diameter_m: number): number =>
  (fullArea_m2(diameter_m) * (diameter_m / 4) ** (2 / 3)) / MANNING_N

/** The share of the section that is wet when a pipe carries this share of its full flow evenly. */
export function wetShareAt(flowShare: number): number {
  let [low, high] = [0, PARTS]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((CONVEYANCE_BY_AREA[middle] as number) < flowShare) low = middle
    else high = middle
  }
  const [below, above] = [CONVEYANCE_BY_AREA[low] as number, CONVEYANCE_BY_AREA[high] as number]
  return (low + Math.max(0, Math.min(1, (flowShare - below) / (above - below)))) / PARTS
}
