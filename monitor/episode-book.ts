import { v7 as uuid } from 'uuid'
import type { EpisodeChange } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { Rule } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import type { Stretch } from '#rules/fold.ts'
import { proposeCase } from './case-proposal.ts'
import { type EpisodeStretch, spanOf } from './episode-stretch.ts'
import type { Surroundings } from './ports.ts'

/** Collects what one batch changes of episodes; several changes of one become one. */
export class EpisodeBook {
  readonly #changes = new Map<string, EpisodeChange>()
  readonly #surroundings: Surroundings
  readonly #city: { readonly district: string }
  readonly #now: EpochMs

  constructor(surroundings: Surroundings, city: { readonly district: string }, now: EpochMs) {
    this.#surroundings = surroundings
    this.#city = city
    this.#now = now
  }

  open(rule: Rule, device: Device, kind: DeviceKind, stretch: Stretch): Episode {
    const episode: Episode = {
      id: uuid(),
      deviceId: device.id,
      ruleId: rule.id,
      phenomenon: rule.phenomenon,
      severity: rule.severity,
      withdrawnAt: null,
      ...spanOf(kind, stretch),
    }
    const { confirmed } = stretch
    const openCase = proposeCase(rule, device, confirmed, this.#surroundings, this.#city, this.#now)
    this.#changes.set(episode.id, { episode, openCase })
    return episode
  }

  close(episode: Episode, endedAt: EpochMs, clearedAt: EpochMs): void {
    this.#write({ ...episode, endedAt, clearedAt })
  }

  amend(kind: DeviceKind, { episode }: EpisodeStretch, found: Stretch): Episode {
    return this.#write({ ...episode, ...spanOf(kind, found) })
  }

  withdraw({ episode }: EpisodeStretch): void {
    this.#write({ ...episode, withdrawnAt: this.#now })
  }

  get changes(): readonly EpisodeChange[] {
    return [...this.#changes.values()]
  }

  #write(episode: Episode): Episode {
    const openCase = this.#changes.get(episode.id)?.openCase ?? null
    this.#changes.set(episode.id, { episode, openCase })
    return episode
  }
}
