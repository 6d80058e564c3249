import { between, splitRandom } from '#simulator/random/random.ts'
import { CENTRE, type MainStreet, numeral } from './yuncheng.ts'

/** One street from end to end: a main street, or a lane between two of them. */
export interface StreetLine {
  /** The same for one seed however far the city reaches. */
  readonly key: string
  readonly main: boolean
  /** Distance from the centre's line: to the south or to the east. */
  readonly offset_m: number
  /** The block that begins here or that the lane runs through, counted from the first main. */
  readonly block: number
  /** The name in the western or northern half, and in the eastern or southern. */
  readonly names: readonly [string, string]
}

export type Axis = 'across' | 'upright'

// Blocks of 380 to 520 m are cut into cells of about 100 m, the side of a unit grid.
const BLOCK_MIN_M = 380
const BLOCK_MAX_M = 520
const CELL_M = 100

/**
 * The lines of one axis in their order, north to south or west to east: the named main streets,
 * `beyond` numbered ones at both ends, and the lanes between them.
 */
export function streetLines(
  seed: string,
  axis: Axis,
  named: readonly MainStreet[],
  beyond: number,
): readonly StreetLine[] {
  const first = -beyond
  const last = named.length - 1 + beyond
  const lines: StreetLine[] = []
  let offset = -spanBefore(seed, axis, first)
  for (let main = first; main <= last; main += 1) {
    const names = mainNames(axis, main, named)
    const block = main - first
    lines.push({ key: `${main}`, main: true, offset_m: offset, block, names })
    if (main === last) break
    const width = blockWidth(seed, axis, main)
    const cells = Math.round(width / CELL_M)
    for (let lane = 1; lane < cells; lane += 1) {
      lines.push({
        key: `${main}.${lane}`,
        main: false,
        offset_m: offset + (width * lane) / cells,
        block,
        names: laneNames(axis, names, lane),
      })
    }
    offset += width
  }
  return lines
}

const blockWidth = (seed: string, axis: Axis, main: number): number =>
  between(splitRandom(seed, 'block', axis, main), BLOCK_MIN_M, BLOCK_MAX_M)

function spanBefore(seed: string, axis: Axis, first: number): number {
  let span = 0
  for (let main = first; main < CENTRE; main += 1) span += blockWidth(seed, axis, main)
  return span
}

const HALVES = { across: ['西', '东'], upright: ['北', '南'] } as const
const LANE_SIDE = { across: '南', upright: '东' } as const

function mainNames(axis: Axis, main: number, named: readonly MainStreet[]): [string, string] {
  const street = named[main]
  if (!street) return numberedNames(axis, main < 0 ? -main : main - named.length + 1, main < 0)
  const [one, other] = street.halves ? HALVES[axis] : ['', '']
  return [`${street.base}${one}${street.ending}`, `${street.base}${other}${street.ending}`]
}

// Streets beyond the named ones, as new districts number theirs: 北纬二街, 东经一路.
function numberedNames(axis: Axis, number: number, before: boolean): [string, string] {
  const name =
    axis === 'across'
      ? `${before ? '北' : '南'}纬${numeral(number)}街`
      : `${before ? '西' : '东'}经${numeral(number)}路`
  return [name, name]
}

const laneNames = (axis: Axis, main: readonly [string, string], lane: number): [string, string] => {
  const lanes = main.map((name) => `${name}${LANE_SIDE[axis]}${numeral(lane)}巷`)
  return lanes as [string, string]
}
