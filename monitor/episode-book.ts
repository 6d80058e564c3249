import { v7 as uuid } from 'uuid'
import type { CaseProposal } from '#model/case.ts'
import type { EpisodeChange } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { EpochMs } from '#model/time.ts'
import type { Sample, Stretch } from '#rules/fold.ts'
import { basisOf } from './case-basis.ts'
import { type Finding, proposeCase } from './case-proposal.ts'
import { type EpisodeStretch, spanOf } from './episode-stretch.ts'
import { fromEvidence } from './evidence.ts'
import type { PlannedRule } from './plans.ts'
import type { Surroundings } from './ports.ts'

/** Where a book looks things up. */
export interface BookSetting {
  readonly surroundings: Surroundings
  readonly city: { readonly district: string }
}

/** Collects what one batch changes of episodes; several changes of one become one. */
export class EpisodeBook {
  readonly #changes = new Map<string, EpisodeChange>()
  readonly #setting: BookSetting
  readonly now: EpochMs

  constructor(setting: BookSetting, now: EpochMs) {
    this.#setting = setting
    this.now = now
  }

  /** An episode of one device; those that a group may be about ask for a case later, if at all. */
  open(planned: PlannedRule, device: Device, kind: DeviceKind, stretch: Stretch): Episode {
    const { rule } = planned.bound
    const hasGroups = rule.neighbours !== null || rule.mass !== null
    const episode: Episode = {
      id: uuid(),
      deviceId: device.id,
      ruleId: rule.id,
      ruleVersion: planned.version,
      phenomenon: rule.phenomenon,
      role: hasGroups ? 'member' : 'single',
      groupId: null,
      scope: null,
      withdrawnAt: null,
      ...spanOf(kind, stretch),
    }
    this.#changes.set(episode.id, { episode, openCase: null })
    if (!hasGroups) this.ask(planned, device, kind, episode)
    return episode
  }

  /** The case of a single episode; none where the rule only watches. */
  ask(planned: PlannedRule, device: Device, kind: DeviceKind, episode: Episode): void {
    const { rule } = planned.bound
    const finding = {
      ...rule,
      rule,
      severity: episode.severity,
      objectId: null,
      basis: basisOf(planned, episode),
    }
    const confirmed = episode.evidence.at(-1)
    const sample = confirmed && fromEvidence(kind, confirmed)
    const openCase = this.propose(finding, device, sample ?? NOTHING_READ)
    this.#changes.set(episode.id, { episode, openCase })
  }

  propose(finding: Finding, device: Device, confirmed: Sample): CaseProposal | null {
    const { surroundings, city } = this.#setting
    return proposeCase(finding, device, confirmed, surroundings, city, this.now)
  }

  close(episode: Episode, endedAt: EpochMs, clearedAt: EpochMs): Episode {
    return this.write({ ...this.latest(episode), endedAt, clearedAt })
  }

  amend(kind: DeviceKind, { episode, derived }: EpisodeStretch, found: Stretch): Episode {
    return this.write({ ...this.latest(episode), ...spanOf(kind, { derived, ...found }) })
  }

  withdraw({ episode }: EpisodeStretch): void {
    this.write({ ...this.latest(episode), withdrawnAt: this.now, groupId: null })
  }

  /** Takes an episode as it is now, with the case it asks for if it asks for another. */
  write(episode: Episode, openCase: CaseProposal | null = null): Episode {
    const asked = openCase ?? this.#changes.get(episode.id)?.openCase ?? null
    this.#changes.set(episode.id, { episode, openCase: asked })
    return episode
  }

  /** As this book has it, if it has. */
  latest(episode: Episode): Episode {
    return this.#changes.get(episode.id)?.episode ?? episode
  }

  get changes(): readonly EpisodeChange[] {
    return [...this.#changes.values()]
  }
}

const NOTHING_READ: Sample = { measuredAt: 0 as EpochMs, seq: 0, values: [] }
