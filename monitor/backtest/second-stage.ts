import { setImmediate as breathe } from 'node:timers/promises'
import type { Finding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { aloneFrom } from '#rules/group/alone-from.ts'
import { findClusters } from '#rules/group/find-clusters.ts'
import { findMassSilences } from '#rules/group/find-mass-silences.ts'
import { groupsByMember } from '#rules/group/group-of-member.ts'
import { groupScope } from '#rules/group/group-scope.ts'
import { asOf, type GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { appliesTo } from './tried-rule.ts'

export interface StageSetting {
  readonly rule: Rule
  /** Those that were looked at, by id. */
  readonly devices: ReadonlyMap<string, Device>
  /** Which of them were ever heard. */
  readonly heard: readonly string[]
  readonly surroundings: Pick<Surroundings, 'gridOf'>
  readonly from: EpochMs
  readonly to: EpochMs
}

interface Member extends MemberStretch {
  readonly finding: Finding
}

/**
 * What is so of several devices together, by all that was found at each of them: the findings of
 * the span with the groups among them. Those that were over before the span are left out.
 */
export async function secondStage(
  setting: StageSetting,
  found: readonly Finding[],
): Promise<readonly Finding[]> {
  const { rule } = setting
  if (rule.neighbours === null && rule.mass === null) return found
  const members = found.map((finding) => memberOf(finding, setting))
  const byScope = Map.groupBy(members, ({ scope }) => scope)
  const population = populationOf(setting)
  const results: Finding[] = []
  let number = 0
  for (const [scope, own] of byScope) {
    // Whoever is in no scope is part of nothing.
    const groups = scope === null ? [] : groupsOf(setting, scope, own, population)
    const numbers = new Map(groups.map((group, index) => [group, number + index + 1]))
    number += groups.length
    const byId = new Map(own.map((member) => [member.id, member]))
    for (const group of groups) results.push(...groupFinding(rule, group, byId, numbers))
    for (const member of placedMembers(rule, own, groups, numbers)) results.push(member)
    await breathe()
  }
  const isOfSpan = ({ clearedAt }: Finding): boolean =>
    clearedAt === null || clearedAt >= setting.from
  return renumbered(results.filter(isOfSpan))
}

function memberOf(
  finding: Finding,
  { rule, devices, surroundings }: StageSetting,
): Member & { readonly scope: string | null } {
  const { deviceId, startedAt, confirmedAt, endedAt, clearedAt } = finding
  const device = devices.get(deviceId)
  const place = finding.place ?? device?.place ?? null
  const gridCode = device?.gridCode ?? (place && surroundings.gridOf(place)?.code) ?? null
  return {
    id: `${deviceId} ${confirmedAt}`,
    deviceId,
    place,
    gridCode,
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
    finding,
    scope: device ? groupScope(rule, device, gridCode) : null,
  }
}

function groupsOf(
  { rule, to }: StageSetting,
  scope: string,
  members: readonly Member[],
  population: ReadonlyMap<string | null, number>,
): readonly GroupStretch[] {
  if (rule.neighbours) return asOf(findClusters(members, rule.neighbours), to)
  if (!rule.mass) return []
  return asOf(findMassSilences(members, population.get(scope) ?? 0, rule.mass, scope), to)
}

/** Of each scope the devices that the rule looks at and that were ever heard. */
function populationOf({ rule, devices, heard }: StageSetting) {
  const counts = new Map<string | null, number>()
  for (const id of heard) {
    const device = devices.get(id)
    if (!device || !appliesTo(rule, device)) continue
    const scope = groupScope(rule, device, device.gridCode)
    counts.set(scope, (counts.get(scope) ?? 0) + 1)
  }
  return counts
}

type Numbers = ReadonlyMap<GroupStretch, number>

function groupFinding(
  rule: Rule,
  group: GroupStretch,
  members: ReadonlyMap<string, Member>,
  numbers: Numbers,
): readonly Finding[] {
  const own = group.members.flatMap((id) => members.get(id) ?? [])
  const lead = members.get(group.lead)
  if (!lead) return []
  const { severity } = rule.mass ?? rule
  const { key, startedAt, confirmedAt, endedAt, clearedAt } = group
  return [
    {
      deviceId: lead.deviceId,
      role: 'group',
      group: numbers.get(group) ?? null,
      scope: key,
      devices: [...new Set(own.map(({ deviceId }) => deviceId))].sort(),
      severity,
      grades: [{ at: confirmedAt, severity }],
      startedAt,
      confirmedAt,
      endedAt,
      clearedAt,
      place: lead.finding.place,
    },
  ]
}

/** Members with their groups. A silence that is not within one, or outlasts it, stands alone. */
function placedMembers(
  rule: Rule,
  members: readonly Member[],
  groups: readonly GroupStretch[],
  numbers: Numbers,
): readonly Finding[] {
  const groupOfMember = groupsByMember(groups)
  return members.map((member) => {
    const group = groupOfMember.get(member.id)
    const isAlone = rule.mass !== null && aloneFrom(member, group) !== null
    return {
      ...member.finding,
      role: isAlone ? 'single' : 'member',
      group: (group && numbers.get(group)) ?? null,
    }
  })
}

/** Groups by their beginning, then what was found at devices; numbers in that order, none left out. */
function renumbered(findings: readonly Finding[]): readonly Finding[] {
  const groups = findings
    .filter(({ role }) => role === 'group')
    .sort((a, b) => a.confirmedAt - b.confirmedAt || (a.deviceId < b.deviceId ? -1 : 1))
  const numbers = new Map(groups.map(({ group }, index) => [group, index + 1]))
  const numbered = (finding: Finding): Finding => ({
    ...finding,
    group: numbers.get(finding.group) ?? null,
  })
  const others = findings
    .filter(({ role }) => role !== 'group')
    .sort((a, b) =>
      a.deviceId === b.deviceId ? a.confirmedAt - b.confirmedAt : a.deviceId < b.deviceId ? -1 : 1,
    )
  return [...groups.map(numbered), ...others.map(numbered)]
}
