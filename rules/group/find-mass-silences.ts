import type { MassSilence } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { compareGroups, type GroupStretch } from './group-stretch.ts'
import { LoneSilences } from './lone-silences.ts'
import { Mass } from './mass.ts'
import type { MemberStretch } from './member-stretch.ts'
import { type Moment, Moments } from './moments.ts'

/**
 * How many devices must be silent together, of `population` that were ever heard in the scope.
 * Never fewer than one.
 */
export const neededSilences = (
  { share, atLeast }: Pick<MassSilence, 'share' | 'atLeast'>,
  population: number,
): number =>
  // 0.07 × 100 is to be 7: the product has no more digits than its factors.
  Math.max(1, atLeast, Math.ceil(Number((share * population).toPrecision(12))))

/**
 * The mass silences among the silences of one scope, earliest first, whatever their order. Of a
 * silence, `startedAt` is the last reading and `confirmedAt` when the limit had passed.
 *
 * A mass silence begins when a device is confirmed that makes enough devices silent whose last
 * readings lie within `during`. It takes every silence that began at most `during` before the last
 * of these, or at most `during` after the latest it has. It ends when fewer than half of enough
 * are still silent and is cleared when that has lasted for `during`. Several may last side by side;
 * a silence belongs to one at most and to the earliest that takes it, and one that outlasts its
 * mass silence is not taken again: it has a life of its own by then.
 */
export function findMassSilences(
  members: readonly MemberStretch[],
  population: number,
  mass: Pick<MassSilence, 'share' | 'atLeast' | 'during'>,
  scopeKey: string,
): readonly GroupStretch[] {
  const moments = new Moments<MemberStretch>()
  for (const member of members) {
    const { confirmedAt, clearedAt } = member
    if (clearedAt !== null && clearedAt <= confirmedAt) continue
    moments.add('arriving', member, confirmedAt)
    if (clearedAt !== null) moments.add('leaving', member, clearedAt)
  }
  const sweep = new Sweep(mass, neededSilences(mass, population))
  for (const moment of moments.ascending()) sweep.go(moment)
  return sweep.found(scopeKey).sort(compareGroups)
}

class Sweep {
  readonly #during: MassSilence['during']
  readonly #needed: number
  readonly #lone = new LoneSilences()
  readonly #massOf = new Map<MemberStretch, Mass>()
  /** In the order in which they began. */
  #lasting: Mass[] = []
  readonly #over: Mass[] = []

  constructor({ during }: Pick<MassSilence, 'during'>, needed: number) {
    this.#during = during
    this.#needed = needed
  }

  go({ at, arriving, leaving }: Moment<MemberStretch>): void {
    this.#endUntil(at)
    for (const member of leaving) {
      this.#massOf.get(member)?.leave(member)
      this.#lone.remove(member)
    }
    for (const member of arriving) this.#lone.add(member)
    for (const mass of this.#lasting) this.#feed(mass)
    this.#begin(arriving, at)
    for (const mass of this.#lasting) mass.settle(at)
  }

  found(scopeKey: string): GroupStretch[] {
    return [...this.#over, ...this.#lasting].map((mass) => mass.stretch(scopeKey))
  }

  #endUntil(at: EpochMs): void {
    const isOver = ({ clearedAt }: Mass): boolean => clearedAt !== null && clearedAt <= at
    if (!this.#lasting.some(isOver)) return
    this.#over.push(...this.#lasting.filter(isOver))
    this.#lasting = this.#lasting.filter((mass) => !isOver(mass))
  }

  #begin(arriving: readonly MemberStretch[], at: EpochMs): void {
    for (;;) {
      const founders = this.#lone.takeCrowd(arriving, this.#needed, this.#during)
      if (founders.length === 0) return
      const mass = new Mass(founders, at, this.#needed, this.#during)
      for (const member of founders) this.#massOf.set(member, mass)
      this.#feed(mass)
      this.#lasting.push(mass)
    }
  }

  /** Each that joins may open the door to later ones. */
  #feed(mass: Mass): void {
    for (;;) {
      const next = this.#lone.takeBetween(mass.from, mass.until)
      if (next.length === 0) return
      for (const member of next) {
        mass.join(member)
        this.#massOf.set(member, mass)
      }
    }
  }
}
