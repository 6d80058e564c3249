import type { CityLine } from '#model/city-line.ts'
import type { City } from './city.ts'
import { bearing_deg, type Point } from './local-plane.ts'
import type { StreetLine } from './street-line.ts'
import type { Crossing } from './street-plan.ts'
import { layOutSewers, type SewerTree } from './water/sewer-tree.ts'

type Ground = Pick<City, 'seed' | 'plan' | 'plane'>

const MAIN_WIDTH_M = 36
const LANE_WIDTH_M = 9
/** Where pipes lie beside the middle of their street: to the right of the way they are drawn. */
const BESIDE_M: Readonly<Record<'sewer' | 'storm-sewer' | 'water-main', number>> = {
  sewer: 2.5,
  'storm-sewer': -2.5,
  'water-main': 6,
}
const SEWERS_OWNER = '市政排水公司'
const MAINS_OWNER = '自来水公司'

/**
 * Streets and pipes of a city, as its registry of pipes would have them: the sewers and storm sewers in
 * which its water runs, and the mains along its streets. The same for the same seed and streets.
 */
export function cityLines(city: Ground): readonly CityLine[] {
  const streets = streetLinesOf(city)
  return [...streets, ...mainsOf(city), ...sewersOf(city, 'foul'), ...sewersOf(city, 'storm')]
}

interface Course {
  readonly line: StreetLine
  /** From west to east or from north to south. */
  readonly crossings: readonly Crossing[]
  readonly nameAt: (index: number) => string
}

function coursesOf({ plan }: Ground): readonly Course[] {
  const rows = plan.across.map((line, row): Course => {
    const crossings = plan.upright.map((_, column) => ({ column, row }))
    return { line, crossings, nameAt: (column) => name('across', { column, row }) }
  })
  const columns = plan.upright.map((line, column): Course => {
    const crossings = plan.across.map((_, row) => ({ column, row }))
    return { line, crossings, nameAt: (row) => name('upright', { column, row }) }
  })
  const name = (axis: 'across' | 'upright', from: Crossing): string =>
    plan.streetName({ axis, from })
  return [...rows, ...columns]
}

/** Each street under its name: the two halves of one that is named by halves are two. */
function streetLinesOf(city: Ground): readonly CityLine[] {
  return coursesOf(city).flatMap(({ line, crossings, nameAt }, course) =>
    halves(crossings, nameAt).map(
      ({ name, part }, half): CityLine => ({
        id: `DL-${numbered(course)}-${half + 1}`,
        class: line.main ? 'arterial' : 'lane',
        name,
        width_m: line.main ? MAIN_WIDTH_M : LANE_WIDTH_M,
        geometry: lineOf(
          city,
          part.map((at) => city.plan.crossing(at)),
        ),
      }),
    ),
  )
}

function halves(crossings: readonly Crossing[], nameAt: Course['nameAt']) {
  const last = crossings.length - 1
  const turn = crossings.findIndex((_, index) => index > 0 && nameAt(index) !== nameAt(0))
  const cuts = turn > 0 && turn < last ? [0, turn, last] : [0, last]
  return cuts.slice(1).map((to, index) => {
    const from = cuts[index] as number
    return { name: nameAt(from), part: crossings.slice(from, to + 1) }
  })
}

function mainsOf(city: Ground): readonly CityLine[] {
  return coursesOf(city).map(
    ({ line, crossings, nameAt }, course): CityLine => ({
      id: `GS-${numbered(course)}`,
      class: 'water-main',
      name: `${nameAt(0)}供水${line.main ? '干管' : '支管'}`,
      diameter_mm: line.main ? 600 : 200,
      material: '球墨铸铁',
      owningDepartment: MAINS_OWNER,
      geometry: beside(city, 'water-main', crossings),
    }),
  )
}

const CLASSES = { foul: 'sewer', storm: 'storm-sewer' } as const
const NAMES = { foul: '污水', storm: '雨水' } as const
const CODES = { foul: 'WS', storm: 'YS' } as const

/** A sewer is a line as long as it keeps its diameter, down to where it runs into another. */
function sewersOf(city: Ground, kind: SewerTree['kind']): readonly CityLine[] {
  const tree = layOutSewers(city, kind)
  const crossingOf = crossings(city, tree)
  const hasUpper = new Uint8Array(tree.count)
  const reach = (node: number): number => tree.next[node] as number
  const goesOn = (node: number): boolean =>
    reach(node) >= 0 && tree.diameter_m[reach(node)] === tree.diameter_m[node]
  const longest = upperReaches(tree)
  for (let node = 0; node < tree.count; node += 1) {
    if (goesOn(node) && longest[reach(node)] === node) hasUpper[reach(node)] = 1
  }
  const lines: CityLine[] = []
  for (let head = 0; head < tree.count; head += 1) {
    if (hasUpper[head] === 1 || reach(head) < 0) continue
    const nodes = [head]
    for (let node = head; reach(node) >= 0; node = reach(node)) {
      nodes.push(reach(node))
      if (!goesOn(node) || longest[reach(node)] !== node) break
    }
    const path = nodes.map(crossingOf)
    lines.push({
      id: `${CODES[kind]}-${numbered(head)}`,
      class: CLASSES[kind],
      name: `${streetOf(city, path)}${NAMES[kind]}管`,
      diameter_mm: Math.round((tree.diameter_m[head] as number) * 1_000),
      material: '钢筋混凝土',
      owningDepartment: SEWERS_OWNER,
      geometry: beside(city, CLASSES[kind], path),
    })
  }
  return lines
}

/** Which of the reaches that run into a node goes on in it: the widest one. */
function upperReaches({ count, next, diameter_m }: SewerTree): Int32Array {
  const widest = new Int32Array(count).fill(-1)
  for (let node = 0; node < count; node += 1) {
    const below = next[node] as number
    if (below < 0) continue
    const known = widest[below] as number
    if (known < 0 || (diameter_m[node] ?? 0) > (diameter_m[known] ?? 0)) widest[below] = node
  }
  return widest
}

function crossings({ plan }: Ground, tree: SewerTree): (node: number) => Crossing {
  const found: Crossing[] = []
  for (const row of plan.across.keys()) {
    for (const column of plan.upright.keys()) found[tree.nodeAt({ column, row })] = { column, row }
  }
  return (node) => found[node] as Crossing
}

function streetOf({ plan }: Ground, [first, second]: readonly Crossing[]): string {
  if (!first || !second) return ''
  const axis = first.row === second.row ? 'across' : 'upright'
  const isForward = first.row < second.row || first.column < second.column
  return plan.streetName({ axis, from: isForward ? first : second })
}

/** Along crossings, moved from the middle of the street to where pipes of the class lie. */
function beside(city: Ground, its: keyof typeof BESIDE_M, path: readonly Crossing[]) {
  const points = path.map((at) => city.plan.crossing(at))
  const moved = points.map((point, index) => {
    const before = points[index - 1] ?? point
    const after = points[index + 1] ?? point
    const heading = (bearing_deg(before, after) * Math.PI) / 180
    // The same side whichever way the water runs.
    const side =
      Math.abs(Math.cos(heading)) > Math.SQRT1_2
        ? Math.sign(Math.cos(heading))
        : Math.sign(Math.sin(heading))
    const right = BESIDE_M[its] * side
    return {
      east_m: point.east_m + right * Math.cos(heading),
      north_m: point.north_m - right * Math.sin(heading),
    }
  })
  return lineOf(city, moved)
}

const lineOf = ({ plane }: Ground, points: readonly Point[]): CityLine['geometry'] => ({
  type: 'LineString',
  coordinates: points.map((point) => {
    const { lon_deg, lat_deg } = plane.toPlace(point)
    return [lon_deg, lat_deg]
  }),
})

const numbered = (index: number): string => String(index + 1).padStart(5, '0')
