import type { Feature, Geometry } from 'geojson'
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'
import { shapeToMap, toMap } from '#web/src/map/shift.ts'
import { themeColour } from '#web/src/theme/theme.ts'
import type { Coverage, SeenGrid } from './coverage-of-day.ts'
import type { Track, TrackPoint, Whereabouts } from './replay.ts'

/** From which speed on a stretch has which colour; each also has a width of its own. */
export const SPEED_BANDS = [
  { from: 0, key: 'slow', colour: 'notice', width: 3 },
  { from: 10, key: 'middle', colour: 'good', width: 4 },
  { from: 30, key: 'fast', colour: 'warning', width: 5 },
  { from: 60, key: 'tooFast', colour: 'critical', width: 7 },
] as const

const bandOf = (speed_kmh: number): number =>
  SPEED_BANDS.findLastIndex(({ from }) => speed_kmh >= from)

const EMPTY = { type: 'FeatureCollection', features: [] } as const

/** Puts the layers of tracks and coverage on a map that has just got its base. */
export function addTrackLayers(map: GlMap): void {
  for (const id of ['grids', 'track', 'stops', 'points', 'vehicle']) {
    map.addSource(id, { type: 'geojson', data: EMPTY as never })
  }
  const ofBand = (name: 'colour' | 'width') =>
    [
      'match',
      ['get', 'band'],
      ...SPEED_BANDS.flatMap((band, index) => [
        index,
        name === 'colour' ? themeColour(band.colour) : band.width,
      ]),
      name === 'colour' ? themeColour('silent') : 3,
    ] as never
  map.addLayer({
    id: 'grids',
    type: 'fill',
    source: 'grids',
    paint: {
      'fill-color': [
        'match',
        ['get', 'sign'],
        'covered',
        themeColour('good'),
        'missed',
        themeColour('warning'),
        themeColour('panel'),
      ],
      'fill-opacity': ['match', ['get', 'sign'], 'covered', 0.4, 'missed', 0.18, 0.35],
    },
  })
  map.addLayer({
    id: 'grid-lines',
    type: 'line',
    source: 'grids',
    paint: { 'line-color': themeColour('road'), 'line-width': 1 },
  })
  map.addLayer({
    id: 'track',
    type: 'line',
    source: 'track',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': ofBand('colour'), 'line-width': ofBand('width') },
  })
  const circle = (id: string, paint: object): void => {
    map.addLayer({
      id,
      type: 'circle',
      source: id,
      paint: { 'circle-stroke-color': themeColour('ground'), 'circle-stroke-width': 1.5, ...paint },
    })
  }
  circle('stops', {
    'circle-color': themeColour('raised'),
    'circle-stroke-color': themeColour('text'),
    'circle-stroke-width': 2,
    'circle-radius': ['interpolate', ['linear'], ['get', 'minutes'], 1, 4, 60, 11],
  })
  circle('points', {
    'circle-color': ['case', ['get', 'isVisited'], themeColour('good'), themeColour('critical')],
    'circle-radius': ['case', ['get', 'isVisited'], 4, 6],
  })
  circle('vehicle', {
    'circle-color': themeColour('focus'),
    'circle-stroke-width': 3,
    'circle-radius': 9,
  })
}

/** Stretches of about one speed; between two runs nothing is drawn. */
export function showTrack(
  map: GlMap,
  runs: readonly (readonly TrackPoint[])[],
  stops: Track['stops'],
): void {
  const stretches = runs.flatMap(stretchesOf)
  setData(
    map,
    'track',
    stretches.map(({ band, coordinates }) => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates },
      properties: { band },
    })),
  )
  setData(
    map,
    'stops',
    stops.map(({ from, to, place }) =>
      point([place.lon_deg, place.lat_deg], {
        minutes: (Date.parse(to) - Date.parse(from)) / 60_000,
      }),
    ),
  )
}

function stretchesOf(run: readonly TrackPoint[]) {
  const found: { band: number; coordinates: [number, number][] }[] = []
  for (const [index, { lon_deg, lat_deg, speed_kmh }] of run.entries()) {
    const before = run[index - 1]
    if (before === undefined) continue
    const band = bandOf(Math.max(before.speed_kmh ?? 0, speed_kmh ?? 0))
    const end = toMap([lon_deg, lat_deg])
    const last = found.at(-1)
    if (last?.band === band) last.coordinates.push(end)
    else found.push({ band, coordinates: [toMap([before.lon_deg, before.lat_deg]), end] })
  }
  return found
}

export function showVehicle(map: GlMap, place: Whereabouts | null): void {
  setData(map, 'vehicle', place === null ? [] : [point([place.lon_deg, place.lat_deg], {})])
}

/** Grids by whether anybody came there; all alike where that is not asked. */
export function showGrids(
  map: GlMap,
  grids: readonly SeenGrid[],
  visited: ReadonlySet<string> | null,
): void {
  setData(
    map,
    'grids',
    grids.map(({ code, geometry }) => ({
      type: 'Feature',
      geometry: shapeToMap(geometry as Exclude<Geometry, { type: 'GeometryCollection' }>),
      properties: { sign: visited === null ? '' : visited.has(code) ? 'covered' : 'missed' },
    })),
  )
}

export function showPoints(map: GlMap, points: Coverage['points']['items']): void {
  setData(
    map,
    'points',
    points.map(({ place, by }) =>
      point([place.lon_deg, place.lat_deg], { isVisited: by.length > 0 }),
    ),
  )
}

/** Brings places into view. */
export function fitTo(
  map: GlMap,
  places: readonly { readonly lon_deg: number; readonly lat_deg: number }[],
): void {
  if (places.length === 0) return
  const at = places.map(({ lon_deg, lat_deg }) => toMap([lon_deg, lat_deg]))
  const [east, north] = [at.map(([lon]) => lon), at.map(([, lat]) => lat)]
  const least = (of: readonly number[]): number => of.reduce((a, b) => Math.min(a, b))
  const greatest = (of: readonly number[]): number => of.reduce((a, b) => Math.max(a, b))
  map.fitBounds(
    [
      [least(east), least(north)],
      [greatest(east), greatest(north)],
    ],
    { animate: false, maxZoom: 16, padding: 40 },
  )
}

const point = (at: readonly [number, number], properties: object): Feature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: toMap(at) },
  properties: { ...properties },
})

function setData(map: GlMap, id: string, features: Feature[]): void {
  void map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features })
}
