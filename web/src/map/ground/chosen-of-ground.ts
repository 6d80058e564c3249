import type { Map as GlMap, PointLike } from 'maplibre-gl'

interface Chosen {
  readonly what: 'part' | 'line'
  readonly id: string
}

/** A pipe is as thin as it is, and a finger is not. */
const NEAR_PX = 5
const PARTS = ['ground-part']
const LINES = ['ground-pipe', 'ground-street']

/** What of the ground lies under a click; nothing where the click is for what lies on it. */
export function chosenOfGround(
  map: GlMap,
  { x, y }: { readonly x: number; readonly y: number },
): Chosen | undefined {
  const near: [PointLike, PointLike] = [
    [x - NEAR_PX, y - NEAR_PX],
    [x + NEAR_PX, y + NEAR_PX],
  ]
  const found = map.queryRenderedFeatures(near)
  const isTaken = found.some(
    ({ layer }) => layer.type === 'circle' && !layer.id.startsWith('ground-'),
  )
  if (isTaken) return undefined
  const of = (layers: readonly string[]): string | undefined => {
    const hit = layers
      .map((id) => found.find(({ layer }) => layer.id === id))
      .find((feature) => feature !== undefined)
    const id: unknown = hit?.properties['id']
    return typeof id === 'string' ? id : undefined
  }
  const part = of(PARTS)
  if (part !== undefined) return { what: 'part', id: part }
  const line = of(LINES)
  return line === undefined ? undefined : { what: 'line', id: line }
}
