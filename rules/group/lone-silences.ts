import { type DurationMs, type EpochMs, minus, plus } from '#model/time.ts'
import { DeviceTally } from './device-tally.ts'
import { compareMembers, type MemberStretch } from './member-stretch.ts'

/** Silences that last and belong to no mass silence, in the order in which they began. */
export class LoneSilences {
  readonly #ordered: MemberStretch[] = []

  add(member: MemberStretch): void {
    const index = this.#firstWhere((other) => compareMembers(other, member) > 0)
    this.#ordered.splice(index, 0, member)
  }

  /** Nothing happens where it is not among them. */
  remove(member: MemberStretch): void {
    const index = this.#firstWhere((other) => compareMembers(other, member) >= 0)
    if (this.#ordered[index] === member) this.#ordered.splice(index, 1)
  }

  /** Takes out those that began between two instants, both included. */
  takeBetween(from: EpochMs, until: EpochMs): readonly MemberStretch[] {
    const first = this.#firstFrom(from)
    return this.#ordered.splice(first, Math.max(0, this.#firstAfter(until) - first))
  }

  /**
   * Takes out the earliest enough devices that have fallen silent within `during` of each other;
   * none where there are not enough. Asked whenever silences are confirmed it need only look around
   * them: elsewhere there were not enough before.
   */
  takeCrowd(
    confirmed: readonly MemberStretch[],
    needed: number,
    during: DurationMs,
  ): readonly MemberStretch[] {
    const last = this.#endOfCrowd(confirmed, needed, during)
    return last === undefined ? [] : this.takeBetween(minus(last, during), last)
  }

  /** The earliest beginning of a silence up to which there are enough. */
  #endOfCrowd(
    confirmed: readonly MemberStretch[],
    needed: number,
    during: DurationMs,
  ): EpochMs | undefined {
    const begun = confirmed.map(({ startedAt }) => startedAt).sort((a, b) => a - b)
    const [earliest, latest] = [begun[0], begun.at(-1)]
    if (earliest === undefined || latest === undefined) return undefined
    let first = this.#firstFrom(minus(earliest, during))
    const end = this.#firstAfter(plus(latest, during))
    if (end - first < needed) return undefined

    const tally = new DeviceTally()
    for (let index = first; index < end; index++) {
      const member = this.#ordered[index]
      if (!member) break
      tally.add(member.deviceId)
      for (let oldest = this.#ordered[first]; oldest; oldest = this.#ordered[first]) {
        if (oldest.startedAt >= minus(member.startedAt, during)) break
        tally.remove(oldest.deviceId)
        first += 1
      }
      if (tally.devices >= needed) return member.startedAt
    }
    return undefined
  }

  #firstFrom(at: EpochMs): number {
    return this.#firstWhere(({ startedAt }) => startedAt >= at)
  }

  #firstAfter(at: EpochMs): number {
    return this.#firstWhere(({ startedAt }) => startedAt > at)
  }

  /** Where a condition begins to be true that stays so in their order; their number if nowhere. */
  #firstWhere(isTrue: (member: MemberStretch) => boolean): number {
    let [low, high] = [0, this.#ordered.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const member = this.#ordered[middle]
      if (member && !isTrue(member)) low = middle + 1
      else high = middle
    }
    return low
  }
}
