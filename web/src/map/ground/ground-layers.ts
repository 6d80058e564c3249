import type { Feature, FeatureCollection } from 'geojson'
import type {
  ExpressionSpecification,
  GeoJSONSource,
  Map as GlMap,
  LayerSpecification,
} from 'maplibre-gl'
import { isStreet, type LineClass, PIPE_CLASSES } from '#model/city-line.ts'
import { said } from '#web/src/locale/locale.ts'
import { shapeToMap, toMap } from '#web/src/map/shift.ts'
import { themeColour } from '#web/src/theme/theme.ts'
import { type GroundPart, type GroundSwitches } from './ground-switches.ts'
import { PIPE_LOOKS } from './pipe-look.ts'
import { type DrawnLine, type NamedArea, PARTS_FROM_ZOOM, type PlacedPart } from './use-ground.ts'

/** The lowest layer of the ground: what is to lie below streets goes before it. */
export const LOWEST_OF_GROUND = 'ground-area'

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }
const EQUATOR_M = 40_075_016
const NEAREST_ZOOM = 20
const USUAL_WIDTH_M: Readonly<Partial<Record<LineClass, number>>> = {
  arterial: 30,
  collector: 18,
  lane: 8,
}

/** Pixels that double with each zoom, as metres do; never less than a hairline. */
const asWide = (more_px: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 2],
  ['zoom'],
  12,
  ['+', ['max', 0.8, ['/', ['get', 'wide'], 2 ** (NEAREST_ZOOM - 12)]], more_px],
  NEAREST_ZOOM,
  ['+', ['get', 'wide'], more_px],
]

const NAME_FONT = ['sans-serif']

/** Every layer of the ground, from the lowest, with what switches it. */
function layers(): readonly (readonly [GroundPart, LayerSpecification])[] {
  const colour = themeColour
  const halo = { 'text-halo-color': colour('ground'), 'text-halo-width': 1.5 }
  const street = { type: 'line', source: 'ground-streets' } as const
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const [wanting, usual] = [colour('warning'), colour('silent')]
  const byClass = (pick: (its: (typeof PIPE_CLASSES)[number]) => unknown, other: unknown) =>
    ['match', ['get', 'class'], ...PIPE_CLASSES.flatMap((its) => [its, pick(its)]), other] as never
  return [
    [
      'areas',
      {
        id: LOWEST_OF_GROUND,
        type: 'fill',
        source: 'ground-areas',
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': colour('accent'), 'fill-opacity': 0.12 },
      },
    ],
    [
      'streets',
      {
        id: 'ground-casing',
        ...street,
        layout: round,
        paint: { 'line-color': colour('line'), 'line-width': asWide(2) },
      },
    ],
    [
      'streets',
      {
        id: 'ground-street',
        ...street,
        layout: round,
        paint: { 'line-color': colour('road'), 'line-width': asWide(0) },
      },
    ],
    [
      'pipes',
      {
        id: 'ground-pipe',
        type: 'line',
        source: 'ground-pipes',
        paint: {
          'line-color': byClass((its) => colour(PIPE_LOOKS[its].colour), colour('silent')),
          'line-dasharray': byClass(
            (its) => ['literal', PIPE_LOOKS[its].dash],
            ['literal', [1, 0]],
          ),
          'line-width': ['interpolate', ['linear'], ['get', 'diameter'], 200, 1.4, 2_000, 4],
        },
      },
    ],
    [
      'areas',
      {
        id: 'ground-area-edge',
        type: 'line',
        source: 'ground-areas',
        paint: { 'line-color': colour('accent'), 'line-width': 2, 'line-dasharray': [4, 2] },
      },
    ],
    [
      'parts',
      {
        id: 'ground-part',
        type: 'circle',
        source: 'ground-parts',
        minzoom: PARTS_FROM_ZOOM,
        paint: {
          'circle-radius': 10,
          'circle-color': colour('panel'),
          'circle-stroke-width': 1.5,
          'circle-stroke-color': ['case', ['get', 'isIntact'], usual, wanting],
        },
      },
    ],
    [
      'streets',
      {
        id: 'ground-name',
        type: 'symbol',
        source: 'ground-streets',
        minzoom: 14,
        layout: {
          'symbol-placement': 'line',
          'text-field': ['get', 'name'],
          'text-font': NAME_FONT,
          'text-size': ['interpolate', ['linear'], ['zoom'], 14, 11, 18, 14],
          'text-letter-spacing': 0.1,
        },
        paint: { 'text-color': colour('text'), ...halo },
      },
    ],
    [
      'parts',
      {
        id: 'ground-part-sign',
        type: 'symbol',
        source: 'ground-parts',
        minzoom: PARTS_FROM_ZOOM,
        layout: {
          'text-field': ['get', 'sign'],
          'text-font': NAME_FONT,
          'text-size': 12,
          'text-allow-overlap': true,
        },
        paint: { 'text-color': colour('text') },
      },
    ],
    [
      'areas',
      {
        id: 'ground-area-name',
        type: 'symbol',
        source: 'ground-areas',
        layout: { 'text-field': ['get', 'name'], 'text-font': NAME_FONT, 'text-size': 13 },
        paint: { 'text-color': colour('accent'), ...halo },
      },
    ],
  ]
}

/** Puts the ground on a map that has just got its base; nothing is in it yet. */
export function addGround(map: GlMap, switches: GroundSwitches): void {
  for (const name of ['areas', 'streets', 'pipes', 'parts']) {
    map.addSource(`ground-${name}`, { type: 'geojson', data: EMPTY })
  }
  for (const [part, layer] of layers()) {
    const layout = { ...layer.layout, visibility: switches[part] ? 'visible' : 'none' }
    map.addLayer({ ...layer, layout } as LayerSpecification)
  }
}

export function switchGround(map: GlMap, switches: GroundSwitches): void {
  for (const [part, { id }] of layers()) {
    map.setLayoutProperty(id, 'visibility', switches[part] ? 'visible' : 'none')
  }
}

export function showLines(map: GlMap, lines: readonly DrawnLine[]): void {
  const streets: Feature[] = []
  const pipes: Feature[] = []
  for (const { id, class: its, name, diameter_mm, width_m, paths } of lines) {
    const geometry = shapeToMap({ type: 'MultiLineString', coordinates: paths })
    const lat = ((paths[0]?.[0]?.[1] ?? 0) * Math.PI) / 180
    const metre_px = (512 * 2 ** NEAREST_ZOOM) / (EQUATOR_M * Math.cos(lat))
    const wide = (width_m ?? USUAL_WIDTH_M[its] ?? 8) * metre_px
    const properties = { id, name, class: its, wide, diameter: diameter_mm ?? 300 }
    ;(isStreet(its) ? streets : pipes).push({ type: 'Feature', geometry, properties })
  }
  setData(map, 'streets', streets)
  setData(map, 'pipes', pipes)
}

export function showParts(map: GlMap, parts: readonly PlacedPart[]): void {
  const features = parts.map(({ id, name, state, place }): Feature => {
    const geometry = { type: 'Point' as const, coordinates: toMap([place.lon_deg, place.lat_deg]) }
    // The first sign of its name, as 污 of 污水井盖.
    const sign = String.fromCodePoint(name.codePointAt(0) ?? 0x20)
    const properties = { id, sign, isIntact: state === 'intact' }
    return { type: 'Feature', geometry, properties }
  })
  setData(map, 'parts', features)
}

export function showAreas(map: GlMap, areas: readonly NamedArea[]): void {
  const features = areas.map(({ title, geometry }): Feature => {
    const shape = geometry as Parameters<typeof shapeToMap>[0]
    return { type: 'Feature', geometry: shapeToMap(shape), properties: { name: said(title) } }
  })
  setData(map, 'areas', features)
}

function setData(map: GlMap, name: string, features: Feature[]): void {
  void map
    .getSource<GeoJSONSource>(`ground-${name}`)
    ?.setData({ type: 'FeatureCollection', features })
}
