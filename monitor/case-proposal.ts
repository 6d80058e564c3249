import type { CaseProposal } from '#model/case.ts'
import type { CaseBasis } from '#model/case-basis.ts'
import { findCondition } from '#model/catalogue.ts'
import { type Device, districtOf } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { channelIndex } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { partClass } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import type { Sample } from '#rules/fold.ts'
import type { Surroundings } from './ports.ts'

/** What a case is about, and why. */
export interface Finding extends Pick<Rule, 'outcome' | 'phenomenon' | 'severity' | 'title'> {
  readonly rule: Pick<Rule, 'id'>
  /** Null: the part that the device sits on, else the device. */
  readonly objectId: string | null
  readonly basis: CaseBasis | null
}

/**
 * The case that a confirmed episode asks for; null when its rule only watches.
 *
 * @throws Broken when the rule was not checked against the catalogue
 */
export function proposeCase(
  { rule, outcome, phenomenon, severity, title, objectId, basis }: Finding,
  device: Device,
  confirmed: Sample,
  surroundings: Surroundings,
  city: { readonly district: string },
  now: EpochMs,
): CaseProposal | null {
  if (outcome.case === 'none') return null
  const condition = findCondition(outcome.case, outcome.condition)
  if (!condition) {
    throw new Broken(
      'internal',
      `rule ${rule.id} files under ${outcome.condition}, which is unknown`,
    )
  }
  const spot = spotOf(device, fixOf(device, confirmed) ?? null, surroundings)
  const { limit } = condition
  return {
    kind: outcome.case,
    objectId: objectId ?? device.partId ?? device.id,
    phenomenon,
    edition: condition.edition,
    class: classOf(device, outcome.case, outcome.class, condition.classes),
    condition: outcome.condition,
    severity,
    title: title.zh,
    deviceId: device.id,
    ruleId: rule.id,
    partId: device.partId,
    gridCode: spot.gridCode,
    district: districtOf({ partId: device.partId, gridCode: spot.gridCode }) ?? city.district,
    place: spot.place,
    address: spot.address,
    department: spot.department,
    network: device.group,
    limit,
    reportedAt: now,
    basis,
  }
}

/** A part case is filed under the part's own class where the condition is for that class. */
function classOf(
  device: Device,
  kind: 'part' | 'event',
  fallback: string,
  classes: readonly string[],
): string {
  const own = kind === 'part' && device.partId !== null ? partClass(device.partId) : undefined
  return own !== undefined && classes.includes(own) ? own : fallback
}

interface Spot {
  readonly place: Place | null
  readonly gridCode: string | null
  readonly address: string | null
  readonly department: string | null
}

/** Where something is wrong, and whose it is. `fix`: where a moving device was then. */
export function spotOf(device: Device, fix: Place | null, surroundings: Surroundings): Spot {
  const part = device.partId === null ? undefined : surroundings.part(device.partId)
  const department = part?.department ?? null
  if (fix) {
    const grid = surroundings.gridOf(fix)
    return { place: fix, gridCode: grid?.code ?? null, address: grid?.address ?? null, department }
  }
  const { place, gridCode } = device
  const ofGrid = gridCode === null ? undefined : surroundings.gridAddress(gridCode)
  const address = device.address ?? part?.address ?? ofGrid ?? null
  return { place, gridCode, address, department }
}

/** Where a moving device was when it measured. */
export function fixOf(device: Device, sample: Sample): Place | undefined {
  const kind = findKind(device.kind)
  if (!kind?.mobile) return undefined
  const lon_deg = sample.values[channelIndex(kind, 'lon_deg')]
  const lat_deg = sample.values[channelIndex(kind, 'lat_deg')]
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return undefined
  return { lon_deg, lat_deg }
}
