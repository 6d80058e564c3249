import { AREA_POSITIONS_MAX, type AreaGeometry, type Position } from '#model/area.ts'
import { IMPORT_REASONS, type ImportReason } from '#model/import-report.ts'
import { placeFault } from '#model/place.ts'
import { polygonFaults } from './polygon-fault.ts'

/**
 * What is wrong with the geometry of an area whose form fits the schema: more positions than may be,
 * rings as {@link polygonFaults} has it, lines off the earth or without length.
 */
export function areaFaults(geometry: AreaGeometry): ImportReason[] {
  const count = positionsOf(geometry)
  if (count > AREA_POSITIONS_MAX) {
    const detail = `${count} positions are more than the ${AREA_POSITIONS_MAX} an area may have`
    return [{ code: 'too-many-positions', field: 'geometry', detail }]
  }
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') {
    return polygonFaults(geometry)
  }
  return lineFaults(geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates)
}

/** Of each line its first fault: off the earth, or without length. */
export const lineFaults = (lines: readonly (readonly Position[])[]): ImportReason[] =>
  lines.flatMap((line, index) => {
    const code = lineFault(line)
    if (code === undefined) return []
    const detail = `line ${index + 1}: ${IMPORT_REASONS[code]}`
    return [{ code, field: 'geometry', detail }]
  })

function positionsOf({ type, coordinates }: AreaGeometry): number {
  if (type === 'LineString') return coordinates.length
  const paths = type === 'MultiPolygon' ? coordinates.flat() : coordinates
  return paths.reduce((sum, path) => sum + path.length, 0)
}

function lineFault(line: readonly Position[]): ImportReason['code'] | undefined {
  for (const position of line) {
    const fault = placeFault(position[0], position[1])
    if (fault !== undefined) return fault
  }
  const [first] = line
  const isFlat = line.every((each) => each[0] === first?.[0] && each[1] === first?.[1])
  return isFlat ? 'line-flat' : undefined
}
