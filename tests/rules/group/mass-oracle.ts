import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { GroupStretch } from '#rules/group/group-stretch.ts'
import { compareMembers, type MemberStretch } from '#rules/group/member-stretch.ts'
import { LATEST } from './fixtures.ts'

interface Lasting {
  readonly lead: MemberStretch
  readonly confirmedAt: EpochMs
  readonly from: number
  readonly members: Set<MemberStretch>
  /** Whether fewer than half of enough were silent, for each millisecond of it. */
  readonly few: boolean[]
}

/** Looks at every millisecond anew, at everybody who is silent in it. */
export function massSilencesByTheClock(
  members: readonly MemberStretch[],
  needed: number,
  during: DurationMs,
  scopeKey: string,
): GroupStretch[] {
  let lasting: Lasting[] = []
  const found: GroupStretch[] = []
  const taken = new Set<MemberStretch>()
  for (let now = epochMs(0); now <= LATEST + during + 1; now = epochMs(now + 1)) {
    lasting = lasting.filter((mass) => {
      const run = mass.few.slice(Math.max(0, mass.few.length - during))
      if (run.length < during || run.includes(false)) return true
      found.push(toStretch(mass, scopeKey, epochMs(now - during), now))
      return false
    })
    const silent = members
      .filter(({ confirmedAt, clearedAt }) => confirmedAt <= now && now < (clearedAt ?? Infinity))
      .sort(compareMembers)
    const feed = (mass: Lasting): void => {
      for (let joined = true; joined; ) {
        const latest = Math.max(...[...mass.members].map(({ startedAt }) => startedAt))
        const next = silent.find(
          (each) =>
            !taken.has(each) && each.startedAt >= mass.from && each.startedAt <= latest + during,
        )
        joined = next !== undefined
        if (!next) continue
        taken.add(next)
        mass.members.add(next)
      }
    }
    lasting.forEach(feed)
    for (let begun = true; begun; ) {
      const crowds = silent
        .map(({ startedAt: last }) =>
          silent.filter(
            (each) => !taken.has(each) && each.startedAt >= last - during && each.startedAt <= last,
          ),
        )
        .filter((crowd) => devicesOf(crowd) >= needed)
        .filter((crowd) => crowd.some(({ confirmedAt }) => confirmedAt === now))
      const crowd = crowds[0]
      const [lead, last] = [crowd?.[0], crowd?.at(-1)]
      begun = lead !== undefined
      if (!crowd || !lead || !last) continue
      const from = last.startedAt - during
      const mass = { lead, confirmedAt: now, from, members: new Set(crowd), few: [] }
      for (const member of crowd) taken.add(member)
      feed(mass)
      lasting.push(mass)
    }
    for (const { members: its, few } of lasting) {
      few.push(devicesOf(silent.filter((each) => its.has(each))) < needed / 2)
    }
  }
  return [...found, ...lasting.map((mass) => toStretch(mass, scopeKey, null, null))]
}

const devicesOf = (some: readonly MemberStretch[]): number =>
  new Set(some.map(({ deviceId }) => deviceId)).size

const toStretch = (
  { lead, confirmedAt, members }: Lasting,
  key: string,
  endedAt: EpochMs | null,
  clearedAt: EpochMs | null,
): GroupStretch => ({
  key,
  lead: lead.id,
  members: [...members].map(({ id }) => id).sort(),
  startedAt: lead.startedAt,
  confirmedAt,
  endedAt,
  clearedAt,
})
