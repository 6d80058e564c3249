import type { PlaceTold } from '#model/explanation.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import type { PlaceRef } from '#rules/compilation.ts'
import type { Memory } from '#rules/memory.ts'
import { accuracyOf } from '#rules/place/movement.ts'
import { dwellOf, isInside } from '#rules/place/place-track.ts'

const UNSEEN = { fixAt: null, side: null, depth_m: null, accuracy_m: null, dwell_ms: null } as const

/** Where the device is as regards each place that the rule looks at, by the last fix perceived. */
export const tellPlaces = (bound: BoundRule, { tracks }: Memory): readonly PlaceTold[] =>
  bound.places.map(({ width }, index): PlaceTold => {
    const area = bound.areas[index]
    const place = {
      area: areaName(bound, index),
      within_m: widthOf(bound, width),
      isKnown: area !== undefined,
    }
    const track = area && tracks?.get(area)
    const fix = track?.last
    if (!track || !fix) return { ...place, ...UNSEEN }
    const isIn = isInside(track)
    return {
      ...place,
      fixAt: fix.at,
      side: isIn === undefined ? null : isIn ? 'in' : 'out',
      depth_m: area.depth_m(fix.lon_deg, fix.lat_deg),
      accuracy_m: accuracyOf(fix),
      dwell_ms: dwellOf(track) ?? null,
    }
  })

/** The id of an area; the name of its parameter where that has no value. */
export function areaName({ rule, places, params }: BoundRule, index: number): string {
  const ref = places[index]?.area
  if (!ref) return ''
  if ('text' in ref) return ref.text
  return String(params[ref.param] ?? `params.${Object.keys(rule.params)[ref.param]}`)
}

function widthOf({ params }: BoundRule, width: PlaceRef['width']): number | null {
  if (width === null) return null
  const metres = 'metres' in width ? width.metres : params[width.param]
  return typeof metres === 'number' ? metres : null
}
