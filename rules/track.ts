/** Where something that moves is at one reading; undefined where it has no fix. */
export interface TrackPoint {
  readonly lon_deg: number
  readonly lat_deg: number
}

const WORD =
  /\s*(?:(?<arrow>->)\s*)?(?:\[\s*(?<lon>-?\d+(?:\.\d+)?)\s*,\s*(?<lat>-?\d+(?:\.\d+)?)\s*\]|(?<none>_))(?:\s*x\s*(?<times>\d+))?/y
const LONGEST = 100_000
/** Of a degree: finer than any receiver is. */
const DIGITS = 8

/**
 * Reads a track in compact form, one place for each reading: `[111.0,35.0]x6` stands there for six
 * readings, `-> [111.01,35.0]x60` goes straight from where it was to there and arrives with the
 * sixtieth, `_x5` has no fix for five.
 *
 * @throws RangeError naming what is none of these, a way that begins nowhere, or a track longer than
 *   100,000 readings
 */
export function parseTrack(text: string): readonly (TrackPoint | undefined)[] {
  const points: (TrackPoint | undefined)[] = []
  let here: TrackPoint | undefined
  let from = 0
  while (text.slice(from).trim() !== '') {
    WORD.lastIndex = from
    const { arrow, lon, lat, none, times = '1' } = WORD.exec(text)?.groups ?? {}
    if (lon === undefined && none === undefined) {
      throw new RangeError(`\`${text.slice(from).trim()}\` is not [lon,lat]×times, -> or _`)
    }
    from = WORD.lastIndex
    const count = Number(times)
    if (points.length + count > LONGEST) throw new RangeError(`more than ${LONGEST} readings`)
    if (none !== undefined) {
      if (arrow !== undefined) throw new RangeError('nothing goes to `_`')
      for (let index = 0; index < count; index++) points.push(undefined)
      continue
    }
    const there: TrackPoint = { lon_deg: Number(lon), lat_deg: Number(lat) }
    if (Math.abs(there.lon_deg) > 180 || Math.abs(there.lat_deg) > 90) {
      throw new RangeError(`[${lon},${lat}] is no longitude and latitude`)
    }
    if (arrow !== undefined && !here) throw new RangeError('a way begins at a place')
    for (let index = 1; index <= count; index++) {
      points.push(arrow === undefined || !here ? there : onTheWay(here, there, index / count))
    }
    here = there
  }
  return points
}

const onTheWay = (from: TrackPoint, to: TrackPoint, share: number): TrackPoint => ({
  lon_deg: rounded(from.lon_deg + share * (to.lon_deg - from.lon_deg)),
  lat_deg: rounded(from.lat_deg + share * (to.lat_deg - from.lat_deg)),
})

const rounded = (degrees: number): number => Number(degrees.toFixed(DIGITS))
