import { CityLine, LINE_POSITIONS_MAX, type LineGeometry } from '#model/city-line.ts'
import { lineFaults } from '#store/registry/area-fault.ts'
import { type Check, registryCheck } from '#store/registry/check.ts'
import { pathsOf } from './paths.ts'

const checkSchema = registryCheck(CityLine)

/** What is wrong with a line; its geometry is looked at only when its form is that of one. */
export const checkLine: Check = (value) => {
  const reasons = checkSchema(value)
  const hasForm = reasons.every((reason) => !reason.field?.startsWith('geometry'))
  if (!hasForm) return reasons
  const paths = pathsOf(value.geometry as LineGeometry)
  const count = paths.reduce((sum, path) => sum + path.length, 0)
  if (count <= LINE_POSITIONS_MAX) return [...reasons, ...lineFaults(paths)]
  const detail = `${count} positions are more than the ${LINE_POSITIONS_MAX} a line may have`
  return [...reasons, { code: 'too-many-positions', field: 'geometry', detail }]
}
