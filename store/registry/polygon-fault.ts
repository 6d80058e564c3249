import type { AreaGeometry, Position } from '#model/area.ts'
import { IMPORT_REASONS, type ImportReason } from '#model/import-report.ts'
import { placeFault } from '#model/place.ts'

type Polygons = Extract<AreaGeometry, { readonly type: 'Polygon' | 'MultiPolygon' }>
type Ring = readonly Position[]

/**
 * What is wrong with a polygon whose shape fits the schema: positions off the earth or swapped,
 * rings that are open, flat or cross themselves. Each ring is spoken of once, by its first fault.
 */
export function polygonFaults(geometry: Polygons): ImportReason[] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return polygons.flatMap((rings, polygon) =>
    rings.flatMap((ring, index) => {
      const code = ringFault(ring)
      if (code === undefined) return []
      const where = `ring ${index + 1} of polygon ${polygon + 1}`
      return [{ code, field: 'geometry', detail: `${where}: ${IMPORT_REASONS[code]}` }]
    }),
  )
}

function ringFault(ring: Ring): ImportReason['code'] | undefined {
  for (const position of ring) {
    const fault = placeFault(position[0], position[1])
    if (fault !== undefined) return fault
  }
  const [first, last] = [ring[0], ring.at(-1)]
  if (!first || !last || !isSame(first, last)) return 'ring-unclosed'
  if (crossesItself(ring)) return 'ring-crossing'
  if (doubleArea(ring) === 0) return 'ring-flat'
  return undefined
}

const isSame = (a: Position, b: Position): boolean => a[0] === b[0] && a[1] === b[1]

/** The shoelace formula, about the first position so that small rings far out keep their digits. */
function doubleArea(ring: Ring): number {
  const origin = ring[0] as Position
  let sum = 0
  for (let i = 1; i < ring.length; i += 1) {
    sum += cross(origin, ring[i - 1] as Position, ring[i] as Position)
  }
  return sum
}

interface Edge {
  readonly from: Position
  readonly to: Position
  readonly west: number
  readonly east: number
}

/**
 * Whether two edges cross in their middles. A ring that only touches itself at a corner is let
 * pass: surveys draw such cells. Edges are swept from west to east, so that a ring of thousands of
 * positions costs little more than its sorting.
 */
function crossesItself(ring: Ring): boolean {
  const edges = edgesOf(ring).toSorted((a, b) => a.west - b.west)
  let active: Edge[] = []
  for (const edge of edges) {
    active = active.filter((other) => other.east >= edge.west)
    if (active.some((other) => edgesCross(edge, other))) return true
    active.push(edge)
  }
  return false
}

const edgesOf = (ring: Ring): Edge[] =>
  ring.slice(1).map((to, index) => {
    const from = ring[index] as Position
    const [a, b] = [from[0] as number, to[0] as number]
    return { from, to, west: Math.min(a, b), east: Math.max(a, b) }
  })

const edgesCross = (a: Edge, b: Edge): boolean =>
  cross(a.from, a.to, b.from) * cross(a.from, a.to, b.to) < 0 &&
  cross(b.from, b.to, a.from) * cross(b.from, b.to, a.to) < 0

/** Twice the signed area of a triangle: on which side of the line from `a` to `b` lies `c`. */
const cross = (a: Position, b: Position, c: Position): number =>
  ((b[0] as number) - (a[0] as number)) * ((c[1] as number) - (a[1] as number)) -
  ((b[1] as number) - (a[1] as number)) * ((c[0] as number) - (a[0] as number))
