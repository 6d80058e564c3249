import { type DurationMs, type EpochMs, minus, plus } from '#model/time.ts'
import { DeviceTally } from './device-tally.ts'
import type { GroupStretch } from './group-stretch.ts'
import { compareMembers, type MemberStretch } from './member-stretch.ts'

/** A mass silence while it lasts. What happens at one instant is told first, then `settle`. */
export class Mass {
  /** The earliest beginning of a silence that it takes. */
  readonly from: EpochMs
  readonly #confirmedAt: EpochMs
  readonly #needed: number
  readonly #during: DurationMs
  readonly #lead: MemberStretch
  readonly #members = new Set<string>()
  readonly #silent = new DeviceTally()
  #latest: EpochMs
  /** Since when fewer than half of enough are silent. */
  #fewSince: EpochMs | null = null

  /** @throws TypeError of no founders */
  constructor(
    founders: readonly MemberStretch[],
    confirmedAt: EpochMs,
    needed: number,
    during: DurationMs,
  ) {
    this.#confirmedAt = confirmedAt
    this.#needed = needed
    this.#during = during
    this.#lead = founders.reduce((a, b) => (compareMembers(a, b) <= 0 ? a : b))
    this.#latest = this.#lead.startedAt
    for (const member of founders) this.join(member)
    this.from = minus(this.#latest, during)
  }

  /** The latest beginning of a silence that it takes. */
  get until(): EpochMs {
    return plus(this.#latest, this.#during)
  }

  /** When it is cleared if nothing more happens; null if never. */
  get clearedAt(): EpochMs | null {
    return this.#fewSince === null ? null : plus(this.#fewSince, this.#during)
  }

  join(member: MemberStretch): void {
    this.#members.add(member.id)
    this.#silent.add(member.deviceId)
    if (member.startedAt > this.#latest) this.#latest = member.startedAt
  }

  leave({ deviceId }: MemberStretch): void {
    this.#silent.remove(deviceId)
  }

  settle(at: EpochMs): void {
    const few = this.#silent.devices * 2 < this.#needed
    this.#fewSince = few ? (this.#fewSince ?? at) : null
  }

  stretch(key: string): GroupStretch {
    return {
      key,
      lead: this.#lead.id,
      members: [...this.#members].sort(),
      startedAt: this.#lead.startedAt,
      confirmedAt: this.#confirmedAt,
      endedAt: this.#fewSince,
      clearedAt: this.clearedAt,
    }
  }
}
