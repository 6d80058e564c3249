import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'
import { SEVERITIES, type Severity } from '#model/rule.ts'
import { LOWEST_OF_GROUND } from '#web/src/map/ground/ground-layers.ts'
import { type LonLat, shapeToMap, toMap } from '#web/src/map/shift.ts'
import { themeColour } from '#web/src/theme/theme.ts'
import type { GridLoad, MapCell, SeenDevice } from './situation-view.ts'

/** How a device stands, as it is coloured. */
export type DeviceSign = Severity | 'well' | 'silent'

export const signOf = ({ severity, reading }: SeenDevice): DeviceSign =>
  severity ?? (reading === null ? 'silent' : 'well')

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** The worst comes last, so that it lies on top. */
const ORDER: readonly DeviceSign[] = ['silent', 'well', 'notice', 'warning', 'critical']

const COLOUR_NAMES: Readonly<Record<DeviceSign, string>> = {
  silent: 'silent',
  well: 'good',
  notice: 'notice',
  warning: 'warning',
  critical: 'critical',
}

/** Puts the layers of the situation on a map that has just got its base. */
export function addLayers(map: GlMap): void {
  for (const id of ['grids', 'devices', 'cells']) {
    map.addSource(id, { type: 'geojson', data: EMPTY, promoteId: 'id' })
  }
  const colour = (sign: DeviceSign): string => themeColour(COLOUR_NAMES[sign])
  map.addLayer(
    {
      id: 'grids',
      type: 'fill',
      source: 'grids',
      paint: {
        'fill-color': [
          'case',
          ['>', ['get', 'overdue'], 0],
          colour('critical'),
          ['>', ['get', 'open'], 0],
          colour('warning'),
          themeColour('panel'),
        ],
        'fill-opacity': ['interpolate', ['linear'], ['get', 'open'], 0, 0.35, 1, 0.3, 10, 0.6],
      },
    },
    LOWEST_OF_GROUND,
  )
  map.addLayer(
    {
      id: 'grid-lines',
      type: 'line',
      source: 'grids',
      paint: { 'line-color': themeColour('road'), 'line-width': 1 },
    },
    LOWEST_OF_GROUND,
  )
  map.addLayer({
    id: 'cells',
    type: 'circle',
    source: 'cells',
    paint: {
      'circle-color': themeColour('raised'),
      'circle-stroke-color': ['get', 'colour'],
      'circle-stroke-width': 3,
      'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'devices']], 0, 10, 4, 34],
    },
  })
  map.addLayer({
    id: 'devices',
    type: 'circle',
    source: 'devices',
    layout: { 'circle-sort-key': ['get', 'order'] },
    paint: {
      'circle-color': [
        'match',
        ['get', 'sign'],
        ...ORDER.flatMap((sign) => [sign, colour(sign)]),
        colour('silent'),
      ] as never,
      'circle-radius': ['case', ['get', 'isChosen'], 11, ['>=', ['get', 'order'], 2], 8, 5],
      'circle-stroke-color': [
        'case',
        ['get', 'isChosen'],
        themeColour('focus'),
        themeColour('ground'),
      ],
      'circle-stroke-width': ['case', ['get', 'isChosen'], 3, 1.5],
    },
  })
}

export function showDevices(
  map: GlMap,
  devices: Iterable<SeenDevice>,
  chosen: string | null,
): void {
  const features: Feature[] = []
  for (const device of devices) {
    const { deviceId: id, kind, place } = device
    if (place === null) continue
    const sign = signOf(device)
    const properties = { id, kind, sign, order: ORDER.indexOf(sign), isChosen: id === chosen }
    features.push(pointOf([place.lon_deg, place.lat_deg], properties))
  }
  setData(map, 'devices', features)
}

export function showCells(map: GlMap, cells: readonly MapCell[]): void {
  const features = cells.map(({ lon_deg, lat_deg, devices, wrong }, index) => {
    const worst = SEVERITIES.findLast((severity) => wrong[severity] > 0) ?? 'well'
    const colour = themeColour(COLOUR_NAMES[worst])
    return pointOf([lon_deg, lat_deg], { id: String(index), devices, colour })
  })
  setData(map, 'cells', features)
}

export function showGrids(map: GlMap, grids: readonly GridLoad[]): void {
  const features = grids.map(({ code: id, geometry, open, overdue }): Feature => {
    const shape = shapeToMap(geometry as Exclude<Geometry, { type: 'GeometryCollection' }>)
    return { type: 'Feature', geometry: shape, properties: { id, open, overdue } }
  })
  setData(map, 'grids', features)
}

const pointOf = (at: LonLat, properties: Readonly<Record<string, unknown>>): Feature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: toMap(at) },
  properties: { ...properties },
})

function setData(map: GlMap, id: string, features: Feature[]): void {
  void map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features })
}
