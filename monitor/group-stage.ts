import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { findKind } from '#model/kinds.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { groupScope } from '#rules/group/group-scope.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { nearOf } from '#rules/group/near-of.ts'
import { basisOf } from './case-basis.ts'
import { fixOf } from './case-proposal.ts'
import type { EpisodeBook } from './episode-book.ts'
import { fromEvidence } from './evidence.ts'
import { GroupDesk, type GroupDraft, type MemberChange } from './group-desk.ts'
import type { Member } from './group-episodes.ts'
import type { PlannedRule, Plans } from './plans.ts'
import type { Devices, Surroundings } from './ports.ts'

export interface GroupStageParts {
  readonly devices: Devices
  readonly surroundings: Surroundings
  readonly plans: () => Plans
  /** Devices of which some reading is known. */
  readonly heard: () => Iterable<string>
  /** Those are all of them. */
  readonly isWarm: () => boolean
}

/** Brings what a batch changed of single devices to the second stage, rule by rule. */
export class GroupStage {
  readonly #parts: GroupStageParts
  readonly #desk: GroupDesk
  /** By rule and scope; null: to be counted anew. */
  #population: Map<string, number> | null = null

  constructor(parts: GroupStageParts) {
    this.#parts = parts
    this.#desk = new GroupDesk({
      population: (rule, scope) => this.#populationOf(rule, scope),
      proposal: (rule, group, members, book) => this.#proposal(rule, group, members, book),
      ask: (rule, episode, book) => this.#ask(rule, episode, book),
    })
  }

  /** Rules with a second stage. */
  get rules(): readonly Rule[] {
    return rulesWithGroups(this.#parts.plans())
  }

  /** Takes what was found before of the rules that have groups now. */
  load(episodes: readonly Episode[]): void {
    this.#desk.forget()
    for (const rule of this.rules) {
      const own = episodes.filter(({ ruleId }) => ruleId === rule.id)
      const members = own.filter(({ role }) => role !== 'group')
      const groups = own.filter(({ role }) => role === 'group')
      this.#desk.load(
        rule,
        members.flatMap((episode) => this.#changeOf(rule, episode) ?? []),
        groups,
      )
    }
  }

  /** These devices were heard for the first time. */
  heard(deviceIds: readonly string[]): void {
    if (this.#population) for (const id of deviceIds) this.#count(id, this.#population)
  }

  /** Rules or devices were changed. */
  recount(): void {
    this.#population = null
  }

  work(book: EpisodeBook): GroupDraft {
    const rules = new Map(this.rules.map((rule) => [rule.id, rule]))
    if (rules.size === 0) return new Map()
    const changes = book.changes.flatMap(({ episode }) => {
      const rule = rules.get(episode.ruleId)
      return (rule && this.#changeOf(rule, episode)) ?? []
    })
    return this.#desk.work(changes, book)
  }

  keep(draft: GroupDraft): void {
    this.#desk.keep(draft)
  }

  /** Devices that count as near that of an episode at an instant, its own among them. */
  near(rule: Rule, episode: Episode, at: EpochMs): readonly string[] {
    const scope = this.#changeOf(rule, episode)?.scope ?? null
    if (scope === null || !rule.neighbours) return []
    const members = this.#desk.membersOf(rule, scope)
    const near = nearOf(members, rule.neighbours, episode.id, at)
    return [...new Set(near.map(({ deviceId }) => deviceId))]
  }

  #changeOf(rule: Rule, episode: Episode): MemberChange | undefined {
    const device = this.#parts.devices.find(episode.deviceId)
    if (!device || episode.role === 'group') return undefined
    const place = placeOf(device, episode)
    const gridCode =
      device.gridCode ?? (place && this.#parts.surroundings.gridOf(place)?.code) ?? null
    const { id, deviceId, startedAt, confirmedAt, endedAt, clearedAt } = episode
    const member: Member = {
      id,
      deviceId,
      place,
      gridCode,
      startedAt,
      confirmedAt,
      endedAt,
      clearedAt,
      episode,
      asked: episode.role === 'single',
    }
    return { rule, scope: groupScope(rule, device, gridCode), member }
  }

  #populationOf(rule: Rule, scope: string): number | null {
    if (rule.mass === null) return 0
    if (!this.#parts.isWarm()) return null
    if (!this.#population) {
      this.#population = new Map()
      for (const id of this.#parts.heard()) this.#count(id, this.#population)
    }
    return this.#population.get(`${rule.id} ${scope}`) ?? 0
  }

  #count(deviceId: string, counts: Map<string, number>): void {
    const device = this.#parts.devices.find(deviceId)
    if (!device) return
    for (const { bound } of this.#parts.plans().of(device).rules) {
      if (bound.rule.mass === null) continue
      const key = `${bound.rule.id} ${groupScope(bound.rule, device, device.gridCode)}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }

  #proposal(rule: Rule, group: Episode, members: readonly MemberStretch[], book: EpisodeBook) {
    const known = this.#plannedAt(rule, group.deviceId)
    if (!known) return null
    const { device, planned } = known
    const finding = {
      ...(rule.mass ?? rule),
      rule,
      objectId: rule.mass ? `mass:${group.scope}` : null,
      basis: basisOf(planned, group, members),
    }
    return book.propose(finding, device, lastEvidence(device, group))
  }

  #ask(rule: Rule, episode: Episode, book: EpisodeBook): void {
    const known = this.#plannedAt(rule, episode.deviceId)
    const kind = known && findKind(known.device.kind)
    if (known && kind) book.ask(known.planned, known.device, kind, episode)
  }

  #plannedAt(
    rule: Rule,
    deviceId: string,
  ): { readonly device: Device; readonly planned: PlannedRule } | undefined {
    const device = this.#parts.devices.find(deviceId)
    const planned =
      device &&
      this.#parts
        .plans()
        .of(device)
        .rules.find(({ bound }) => bound.rule.id === rule.id)
    return planned && { device, planned }
  }
}

/** Rules with a second stage. */
export const rulesWithGroups = ({ rules }: Plans): readonly Rule[] =>
  rules
    .map(({ rule }) => rule)
    .filter(({ neighbours, mass }) => neighbours !== null || mass !== null)

const lastEvidence = (device: Device, { evidence, startedAt }: Episode) => {
  const [kind, last] = [findKind(device.kind), evidence.at(-1)]
  return kind && last ? fromEvidence(kind, last) : { measuredAt: startedAt, seq: 0, values: [] }
}

/** Where the device was: where it stands, or where it measured that something is wrong. */
const placeOf = (device: Device, episode: Episode) =>
  fixOf(device, lastEvidence(device, episode)) ?? device.place
