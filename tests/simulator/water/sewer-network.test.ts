import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildCity } from '#simulator/world/city.ts'
import { POND_M2 } from '#simulator/world/water/network-shape.ts'
import {
  DEPTH_BY_AREA,
  fullConveyance_m3_s,
  PARTS,
  wetShareAt,
} from '#simulator/world/water/pipe-section.ts'
import { DESIGN_M3_S_PER_PERSON } from '#simulator/world/water/sewage.ts'
import { SewerNetwork } from '#simulator/world/water/sewer-network.ts'
import { layOutSewers, type SewerTree } from '#simulator/world/water/sewer-tree.ts'

const city = buildCity({ seed: '7', devices: 1 })
const foul = layOutSewers(city, 'foul')
const storm = layOutSewers(city, 'storm')
const at = (values: ArrayLike<number>, index: number): number => values[index] as number

const runningDry = (tree: SewerTree, perNode_m3_s = 1e-3): SewerNetwork => {
  const network = new SewerNetwork(tree)
  network.inflow_m3_s.fill(perNode_m3_s)
  network.fillEvenly()
  for (let step = 0; step < 60; step += 1) network.step(120)
  network.rest()
  return network
}
const run = (network: SewerNetwork, steps: number, dt_s = 30): void => {
  for (let step = 0; step < steps; step += 1) network.step(dt_s)
}
const upstreamOf = ({ next }: SewerTree, node: number): Set<number> => {
  const above = new Set([node])
  for (let other = node - 1; other >= 0; other -= 1) {
    if (above.has(at(next, other))) above.add(other)
  }
  return above
}
const downstreamOf = ({ next }: SewerTree, node: number): number[] => {
  const way: number[] = []
  for (let here = at(next, node); here >= 0; here = at(next, here)) way.push(here)
  return way
}
/** One pipe of 600 mm, 100 m between shafts, that falls by 2 per mille. */
function straight(count: number): SewerTree {
  const each = (of: (node: number) => number) => new Float64Array(count).map((_, node) => of(node))
  return {
    kind: 'foul',
    count,
    columns: count,
    next: new Int32Array(count).map((_, node) => (node === count - 1 ? -1 : node + 1)),
    length_m: each(() => 100),
    ground_m: each((node) => 13 - 0.2 * node),
    invert_m: each((node) => 10 - 0.2 * node),
    endInvert_m: each((node) => 9.8 - 0.2 * node),
    diameter_m: each(() => 0.6),
    area_m2: each(() => 0),
    people: each(() => 0),
    nodeAt: ({ column }) => column,
  }
}
/** A node with a good part of the city above it. */
const trunkOf = (tree: SewerTree, share: number): number => {
  const sizes = new Float64Array(tree.count).fill(1)
  tree.next.forEach((below, node) => {
    if (below >= 0) sizes[below] = at(sizes, below) + at(sizes, node)
  })
  return sizes.findIndex((size) => size > share * tree.count)
}

describe('water in a sewer tree', () => {
  test('is neither made nor lost, whatever rains, is blocked and overflows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(foul, storm),
        fc.array(
          fc.record({
            rain_mm_h: fc.double({ min: 0, max: 150, noNaN: true }),
            blocked: fc.array(fc.nat(foul.count - 1), { maxLength: 20 }),
            opening: fc.double({ min: 0, max: 1, noNaN: true }),
            dt_s: fc.constantFrom(5, 10, 30, 60, 120, 600),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        (tree, phases) => {
          const network = runningDry(tree)
          const before = network.stored_m3()
          for (const { rain_mm_h, blocked, opening, dt_s } of phases) {
            network.opening.fill(1)
            for (const node of blocked) network.opening[node] = opening
            tree.area_m2.forEach((area, node) => {
              network.inflow_m3_s[node] = 1e-3 + (area * rain_mm_h) / 3.6e6
            })
            run(network, 12, dt_s)
            expect(network.volume_m3.every((volume) => volume >= 0)).toBe(true)
            expect(network.depth_m.every((depth) => depth >= 0 && depth < 1_000)).toBe(true)
          }
          const { inflowTotal_m3: into, outflowTotal_m3: out } = network
          const missing = before + into - out - network.stored_m3()
          expect(Math.abs(missing) / into).toBeLessThan(1e-9)
        },
      ),
      { numRuns: 40 },
    )
  })

  test.each([0.05, 0.3, 0.8])('runs at the depth of Manning at %d of the full flow', (share) => {
    const tree = straight(30)
    const network = new SewerNetwork(tree)
    network.inflow_m3_s[0] = share * fullConveyance_m3_s(0.6) * Math.sqrt(0.002)
    run(network, 400)
    const even = 0.6 * at(DEPTH_BY_AREA, Math.round(wetShareAt(share) * PARTS))
    expect(at(network.depth_m, 10) / even).toBeCloseTo(1, 1)
    expect(at(network.flow_m3_s, 28)).toBeCloseTo(at(network.inflow_m3_s, 0), 4)
  })

  test('at the busiest hour stays below every mark in every city', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{1,8}$/),
        fc.constantFrom(1, 8_000),
        (seed, devices) => {
          const tree = layOutSewers(buildCity({ seed, devices }), 'foul')
          const network = new SewerNetwork(tree)
          tree.people.forEach((people, node) => {
            network.inflow_m3_s[node] = people * DESIGN_M3_S_PER_PERSON
          })
          network.fillEvenly()
          expect(Math.max(...network.depth_m)).toBeLessThan(1.1)
        },
      ),
      { numRuns: 20 },
    )
  })

  test.each([10, 30, 60])('comes to rest with steps of %i s, whether it rains or not', (dt_s) => {
    const network = runningDry(storm, 1e-4)
    for (const perNode of [0.03, 1e-4]) {
      network.inflow_m3_s.fill(perNode)
      run(network, 21_600 / dt_s, dt_s)
      const moved = network.depth_m.map((depth, node) =>
        Math.abs(depth - at(network.depthBefore_m, node)),
      )
      expect(Math.max(...moved)).toBeLessThan(0.002)
    }
  })

  test('stands as high with steps of 30 s as with those of 5 s', () => {
    const depths = [5, 30].map((dt_s) => {
      const network = runningDry(storm, 1e-4)
      storm.area_m2.forEach((area, node) => {
        network.inflow_m3_s[node] = (area * 30) / 3.6e6
      })
      run(network, 2_400 / dt_s, dt_s)
      return network.depth_m
    })
    const [fine, coarse] = depths as [Float64Array, Float64Array]
    const off = fine.map((depth, node) => Math.abs(depth - at(coarse, node))).toSorted()
    expect(at(off, Math.floor(0.99 * off.length))).toBeLessThan(0.1)
  })

  test('rises behind a blockage and nowhere else, goes over, and is gone when it is cleared', () => {
    const network = runningDry(foul, 2e-3)
    const dry = network.depth_m.slice()
    const node = trunkOf(foul, 0.1)
    const above = upstreamOf(foul, node)
    const ground = at(foul.ground_m, node) - at(foul.invert_m, node)
    network.opening[node] = 0.005
    run(network, 120)
    expect(at(network.depth_m, node)).toBeGreaterThan(1.5)
    network.depth_m.forEach((depth, other) => {
      if (!above.has(other)) expect(depth).toBeLessThan(at(dry, other) + 0.01)
    })
    for (const other of downstreamOf(foul, node)) {
      expect(at(network.depth_m, other)).toBeLessThan(at(dry, other))
    }
    run(network, 1_440)
    const depth = at(network.depth_m, node)
    expect(depth).toBeGreaterThan(ground)
    const ponded = [...above].filter(
      (other) => at(network.depth_m, other) > at(foul.ground_m, other) - at(foul.invert_m, other),
    )
    expect(ponded.length).toBeGreaterThan(1)
    expect((depth - ground) * POND_M2).toBeGreaterThan(10)
    network.opening[node] = 1
    run(network, 1_440)
    network.depth_m.forEach((depth, other) => expect(depth).toBeCloseTo(at(dry, other), 2))
  })

  test('runs back into a pipe whose lower end is drowned', () => {
    const network = runningDry(foul, 1e-3)
    const node = trunkOf(foul, 0.3)
    network.opening[node] = 0
    network.inflow_m3_s[node] = 5
    run(network, 4)
    const above = [...foul.next.keys()].filter((other) => at(foul.next, other) === node)
    expect(above.some((other) => at(network.flow_m3_s, other) < 0)).toBe(true)
  })
})
