import type { Device } from '#model/device.ts'
import type { EpochMs } from '#model/time.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Stretch } from './fold.ts'
import { findClusters } from './group/find-clusters.ts'
import { findMassSilences } from './group/find-mass-silences.ts'
import { groupScope } from './group/group-scope.ts'
import { asOf, compareGroups } from './group/group-stretch.ts'
import { compareTexts, type MemberStretch } from './group/member-stretch.ts'
import type { ParsedRule } from './parse-rule.ts'
import { fixChannels, fixOf } from './sample-fix.ts'

/** What a rule found at one device of a test. */
export interface TestFinding {
  readonly device: Device
  readonly compiled: CompiledRule
  /** Whether anything ever came of it. */
  readonly isHeard: boolean
  readonly stretches: readonly Stretch[]
}

/** Several devices that were wrong together. */
export interface TestGroup {
  readonly startedAt: EpochMs
  readonly confirmedAt: EpochMs
  readonly endedAt: EpochMs | null
  readonly clearedAt: EpochMs | null
  /** By name, ascending. */
  readonly devices: readonly string[]
}

/** The groups that a rule finds among the devices of a test, as they stand at its end. */
export function testGroups(
  { rule }: ParsedRule,
  findings: readonly TestFinding[],
  end: EpochMs,
): readonly TestGroup[] {
  const scoped = findings.flatMap((finding) => {
    const scope = groupScope(rule, finding.device, finding.device.gridCode)
    return scope === null ? [] : [{ scope, finding }]
  })
  const scopes = Map.groupBy(scoped, ({ scope }) => scope)
  return [...scopes]
    .flatMap(([scope, own]) => {
      const members = own.flatMap(({ finding }) => membersOf(finding))
      const names = new Map(members.map(({ id, deviceId }) => [id, deviceId]))
      const population = own.filter(({ finding }) => finding.isHeard).length
      const groups = rule.mass
        ? findMassSilences(members, population, rule.mass, scope)
        : rule.neighbours
          ? findClusters(members, rule.neighbours)
          : []
      return asOf(groups, end).map((group) => ({ group, names }))
    })
    .sort((a, b) => compareGroups(a.group, b.group))
    .map(({ group: { members, startedAt, confirmedAt, endedAt, clearedAt }, names }) => ({
      startedAt,
      confirmedAt,
      endedAt,
      clearedAt,
      devices: [...new Set(members.map((id) => names.get(id) ?? id))].sort(compareTexts),
    }))
}

const membersOf = ({ device, compiled, stretches }: TestFinding): readonly MemberStretch[] =>
  stretches.map(({ first, confirmed, endedAt, clearedAt }, index) => {
    const channels = fixChannels(compiled.kind)
    const fix = channels && (fixOf(confirmed, channels) ?? fixOf(first, channels))
    return {
      id: `${device.id} ${index}`,
      deviceId: device.id,
      place: fix ?? device.place,
      gridCode: device.gridCode,
      startedAt: first.measuredAt,
      confirmedAt: confirmed.measuredAt,
      endedAt,
      clearedAt,
    }
  })
