import { type Cells, type NetworkShape, networkShape, POND_M2 } from './network-shape.ts'
import {
  CONVEYANCE_BY_AREA,
  conveyanceAt,
  DEPTH_BY_AREA,
  PARTS,
  wetShareAt,
} from './pipe-section.ts'
import type { SewerTree } from './sewer-tree.ts'

/**
 * Where the surface widens or narrows at once (crown, ground), a step would run past the edge and
 * back again. Just before the crown, and on a pond that is less than what passes in this many
 * seconds, the water is taken for as stiff as in the shaft: that only slows the way to a level.
 */
const STIFF_FROM = 0.95
const SHALLOW_S = 10
/** Differences of head below this are taken for laminar: the root is too steep there. */
const CALM_M = 0.005

/**
 * Water in a sewer tree, as a link-node model: what stands around a node is one volume, and what
 * goes down a reach follows from the heads at its ends, `Q = K·k(y)·√(ΔH/L)` with the depth of the
 * end it comes from (diffusion wave after Manning; a slot over full pipes after Cunge & Wegner,
 * La Houille Blanche 1964; link-node as in EPA SWMM EXTRAN). A step linearises the flows around
 * the volumes before it and solves for all volumes after it at once: the matrix is that of a tree,
 * so one sweep down and one up are enough. Then the water is moved by these flows, none of them
 * more than is there: what goes in stays, goes on or goes out, to the last digit.
 */
export class SewerNetwork {
  readonly tree: SewerTree
  readonly count: number
  /** m³ around each node. */
  readonly volume_m3: Cells
  /** Above the invert of each node, now and a step before. */
  depth_m: Cells
  depthBefore_m: Cells
  /** Down each reach in the last step and the one before, m³/s. */
  flow_m3_s: Cells
  flowBefore_m3_s: Cells
  /** How much of each reach is open, 0 to 1. */
  readonly opening: Cells
  /** Into each node in the next step, m³/s. */
  readonly inflow_m3_s: Cells
  /** Nodes whose pipe is full. */
  full = 0
  /** m³ since the beginning. */
  inflowTotal_m3 = 0
  outflowTotal_m3 = 0

  readonly #shape: NetworkShape
  /** dh/dV, k and dk/dV of each node. */
  readonly #rise: Cells
  readonly #share: Cells
  readonly #shareRise: Cells
  readonly #guess: Cells
  readonly #byUpper: Cells
  readonly #byLower: Cells
  readonly #alone: Cells
  readonly #onNext: Cells
  readonly #diagonal: Cells
  readonly #right: Cells
  readonly #back: Cells
  readonly #arrived: Cells

  constructor(tree: SewerTree) {
    const cells = (): Cells => new Float64Array(tree.count)
    this.tree = tree
    this.#shape = networkShape(tree)
    this.count = tree.count
    this.volume_m3 = cells()
    this.depth_m = cells()
    this.depthBefore_m = cells()
    this.flow_m3_s = cells()
    this.flowBefore_m3_s = cells()
    this.opening = cells().fill(1)
    this.inflow_m3_s = cells()
    this.#rise = cells()
    this.#share = cells()
    this.#shareRise = cells()
    this.#guess = cells()
    this.#byUpper = cells()
    this.#byLower = cells()
    this.#alone = cells()
    this.#onNext = cells()
    this.#diagonal = cells()
    this.#right = cells()
    this.#back = cells()
    this.#arrived = cells()
    for (let node = 0; node < tree.count; node += 1) this.#settle(node)
  }

  /** Fills the pipes to where they run evenly with the inflow as it is. */
  fillEvenly(): void {
    const { next } = this.tree
    this.flow_m3_s.fill(0)
    for (let node = 0; node < this.count; node += 1) {
      const flow = (this.flow_m3_s[node] as number) + (this.inflow_m3_s[node] as number)
      this.flow_m3_s[node] = flow
      const below = next[node] as number
      if (below >= 0) this.flow_m3_s[below] = (this.flow_m3_s[below] as number) + flow
      const full =
        (this.#shape.conveyance[node] as number) * Math.sqrt(this.#shape.drop_m[node] as number)
      this.volume_m3[node] = (this.#shape.pipe_m3[node] as number) * wetShareAt(flow / full)
      this.#settle(node)
    }
    this.rest()
  }

  /** From here on it counts what comes and goes, and nothing has changed in the step before. */
  rest(): void {
    this.depthBefore_m.set(this.depth_m)
    this.flowBefore_m3_s.set(this.flow_m3_s)
    this.inflowTotal_m3 = 0
    this.outflowTotal_m3 = 0
  }

  stored_m3(): number {
    return this.volume_m3.reduce((sum, volume) => sum + volume, 0)
  }

  /** One step of any length. */
  step(dt_s: number): void {
    const depth = this.depth_m
    const flow = this.flow_m3_s
    this.depth_m = this.depthBefore_m
    this.depthBefore_m = depth
    this.flow_m3_s = this.flowBefore_m3_s
    this.flowBefore_m3_s = flow
    this.#diagonal.fill(1)
    this.#right.fill(0)
    this.#sweepDown(dt_s, depth)
    this.#sweepUp(dt_s)
    this.#move(dt_s)
  }

  #sweepDown(dt_s: number, depth_m: Cells): void {
    const { next, diameter_m } = this.tree
    for (let node = 0; node < this.count; node += 1) {
      const below = next[node] as number
      const opened = (this.opening[node] as number) * (this.#shape.conveyance[node] as number)
      // How deep the water below stands over the end of the reach; if it does not, it falls free.
      const standing =
        below < 0 ? -1 : (depth_m[below] as number) - (this.#shape.step_m[node] as number)
      const wet = standing > 0
      const head =
        (depth_m[node] as number) + (this.#shape.drop_m[node] as number) - (wet ? standing : 0)
      const size = Math.abs(head) + CALM_M
      const root = Math.sqrt(size)
      const pull = head / root
      const pullRise = (size + CALM_M) / (2 * size * root)
      const rise = this.#rise[node] as number
      const riseBelow = wet ? (this.#rise[below] as number) : 0
      let guess: number
      let byUpper: number
      let byLower: number
      if (head >= 0) {
        const carried = opened * (this.#share[node] as number)
        guess = carried * pull
        byUpper = opened * (this.#shareRise[node] as number) * pull + carried * pullRise * rise
        byLower = carried * pullRise * riseBelow
      } else {
        const carried = opened * conveyanceAt(standing / (diameter_m[node] as number))
        guess = carried * pull
        byUpper = carried * pullRise * rise
        byLower = carried * pullRise * riseBelow
      }
      const diagonal = (this.#diagonal[node] as number) + dt_s * byUpper
      const alone =
        (dt_s * ((this.inflow_m3_s[node] as number) - guess) + (this.#right[node] as number)) /
        diagonal
      const onNext = (dt_s * byLower) / diagonal
      this.#guess[node] = guess
      this.#byUpper[node] = byUpper
      this.#byLower[node] = byLower
      this.#alone[node] = alone
      this.#onNext[node] = onNext
      if (below < 0) continue
      this.#diagonal[below] =
        (this.#diagonal[below] as number) + dt_s * (byLower - byUpper * onNext)
      this.#right[below] = (this.#right[below] as number) + dt_s * (guess + byUpper * alone)
    }
  }

  // From the outfalls up: the change of each volume is known once that of the one below is.
  #sweepUp(dt_s: number): void {
    const { next } = this.tree
    const change = this.#right
    this.#back.fill(0)
    for (let node = this.count - 1; node >= 0; node -= 1) {
      const below = next[node] as number
      const changeBelow = below < 0 ? 0 : (change[below] as number)
      const own = (this.#alone[node] as number) + (this.#onNext[node] as number) * changeBelow
      change[node] = own
      const flow =
        (this.#guess[node] as number) +
        (this.#byUpper[node] as number) * own -
        (this.#byLower[node] as number) * changeBelow
      this.flow_m3_s[node] = flow
      if (flow < 0 && below >= 0) this.#back[below] = (this.#back[below] as number) - flow * dt_s
    }
  }

  #move(dt_s: number): void {
    const { next } = this.tree
    let [inflow, outflow] = [0, 0]
    this.full = 0
    this.#arrived.fill(0)
    for (let node = 0; node < this.count; node += 1) {
      const below = next[node] as number
      const volume = this.volume_m3[node] as number
      const fresh = (this.inflow_m3_s[node] as number) * dt_s
      inflow += fresh
      const there =
        volume -
        Math.min(volume, this.#back[node] as number) +
        (this.#arrived[node] as number) +
        fresh
      let moved = (this.flow_m3_s[node] as number) * dt_s
      if (moved > there) moved = there
      else if (moved < 0) moved = below < 0 ? 0 : moved * this.#given(below)
      this.flow_m3_s[node] = moved / dt_s
      this.volume_m3[node] = there - moved
      if (below < 0) outflow += moved
      else if (moved > 0) this.#arrived[below] = (this.#arrived[below] as number) + moved
      this.#settle(node)
    }
    this.inflowTotal_m3 += inflow
    this.outflowTotal_m3 += outflow
  }

  // A node gives upwards no more than it has, to each branch in proportion.
  #given(node: number): number {
    const wanted = this.#back[node] as number
    return Math.min(1, (this.volume_m3[node] as number) / wanted)
  }

  #settle(node: number): void {
    const volume = this.volume_m3[node] as number
    const pipe = this.#shape.pipe_m3[node] as number
    const diameter = this.tree.diameter_m[node] as number
    if (volume < pipe) {
      const parts = (volume / pipe) * PARTS
      const part = parts | 0
      const rest = parts - part
      const depth = DEPTH_BY_AREA[part] as number
      const share = CONVEYANCE_BY_AREA[part] as number
      const deeper = (DEPTH_BY_AREA[part + 1] as number) - depth
      const more = (CONVEYANCE_BY_AREA[part + 1] as number) - share
      this.depth_m[node] = diameter * (depth + deeper * rest)
      this.#rise[node] =
        volume > STIFF_FROM * pipe
          ? (this.#shape.shaftRise[node] as number)
          : (diameter * deeper * PARTS) / pipe
      this.#share[node] = share + more * rest
      this.#shareRise[node] = (more * PARTS) / pipe
      return
    }
    this.full += 1
    const shaftRise = this.#shape.shaftRise[node] as number
    const toGround = this.#shape.toGround_m3[node] as number
    const pondRise = 1 / (1 / shaftRise + POND_M2)
    const below = Math.min(volume, toGround) - pipe
    this.depth_m[node] = diameter + below * shaftRise + Math.max(0, volume - toGround) * pondRise
    const shallow = (this.flow_m3_s[node] as number) * SHALLOW_S
    this.#rise[node] = volume > toGround + shallow ? pondRise : shaftRise
    this.#share[node] = 1
    this.#shareRise[node] = 0
  }
}
