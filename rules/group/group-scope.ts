import type { Device } from '#model/device.ts'
import { districtOf } from '#model/device.ts'
import type { MassScope, Rule } from '#model/rule.ts'

/** The devices of one scope are looked at together: everything within a distance, or one grid. */
export function groupScope(rule: Rule, device: Device, gridCode: string | null): string | null {
  if (rule.mass) return massScope(rule.mass.of, device, gridCode)
  if (rule.neighbours === null) return null
  return rule.neighbours.within_m === null ? gridCode : 'near'
}

/** `group:north`; null for a device that is in none. */
function massScope(of: MassScope, device: Device, gridCode: string | null): string | null {
  const key = {
    all: () => 'all',
    group: () => device.group,
    district: () => districtOf(device) ?? null,
    street: () => gridCode?.slice(0, 9) ?? null,
    grid: () => gridCode,
  }[of]()
  if (key === null) return null
  return of === 'all' ? key : `${of}:${key}`
}

/** The scope in which a group is found, by what it is about (`grid:140802001001001`). */
export function keyOfGroup(rule: Rule, about: string): string {
  if (rule.neighbours === null) return about
  return rule.neighbours.within_m === null ? about.replace(/^grid:/, '') : 'near'
}
