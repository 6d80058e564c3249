import fc from 'fast-check'
import type { Place } from '#model/place.ts'
import { type EpochMs, epochMs, minutes, plus } from '#model/time.ts'
import type { GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'

/** 09:00 in Shanghai. */
export const NINE = epochMs(Date.UTC(2026, 10, 25, 1))

/** So many minutes after nine. */
export const at = (minute: number): EpochMs => plus(NINE, minutes(minute))

/** Of a degree of latitude. */
const DEGREE_M = 111_195.08

/** A place so many metres east of the crossing. */
export const metresEast = (metres: number): Place => ({
  lon_deg: 111 + metres / (DEGREE_M * Math.cos((35 * Math.PI) / 180)),
  lat_deg: 35,
})

export const metresNorth = (metres: number): Place => ({
  lon_deg: 111,
  lat_deg: 35 + metres / DEGREE_M,
})

interface Told {
  readonly device: string
  readonly place?: Place
  readonly gridCode?: string
  /** Minutes after nine. */
  readonly from: number
  readonly confirmed?: number
  readonly until?: number
}

/** The id is the device and the minute in which it began. */
export function stretch({ device, from, until, ...told }: Told): MemberStretch {
  return {
    id: `${device}@${from}`,
    deviceId: device,
    place: told.place ?? null,
    gridCode: told.gridCode ?? null,
    startedAt: at(from),
    confirmedAt: at(told.confirmed ?? from),
    endedAt: until === undefined ? null : at(until),
    clearedAt: until === undefined ? null : at(until),
  }
}

/** What matters of a group, in minutes after nine. */
export const inMinutes = ({
  members,
  startedAt,
  confirmedAt,
  endedAt,
  clearedAt,
}: GroupStretch) => ({
  members,
  from: minuteOf(startedAt),
  confirmed: minuteOf(confirmedAt),
  ended: minuteOf(endedAt),
  cleared: minuteOf(clearedAt),
})

const minuteOf = (instant: EpochMs | null): number | null =>
  instant === null ? null : (instant - NINE) / 60_000

export const RUNS = propertyRuns(2_000)

/** No instant of a drawn stretch lies beyond, in milliseconds, not counting what follows clearing. */
export const LATEST = 40

const SPOTS: readonly (Place | null)[] = [
  null,
  ...[0, 1, 2, 3, 5, 6].map((n) => metresEast(n * 20)),
]

/** Few devices, spots and instants, so that meetings, ties and repeats are common. */
const someStretch = fc
  .record({
    deviceId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    place: fc.constantFrom(...SPOTS),
    gridCode: fc.constantFrom(null, '1', '2'),
    startedAt: fc.nat(LATEST / 2),
    held: fc.nat(5),
    lasted: fc.option(fc.nat(15), { freq: 6 }),
    clearing: fc.nat(3),
  })
  .map(({ startedAt, held, lasted, clearing, ...where }) => {
    const confirmedAt = startedAt + held
    const clearedAt = lasted === null ? null : confirmedAt + lasted
    return {
      ...where,
      startedAt: epochMs(startedAt),
      confirmedAt: epochMs(confirmedAt),
      endedAt: clearedAt === null ? null : epochMs(Math.max(confirmedAt, clearedAt - clearing)),
      clearedAt: clearedAt === null ? null : epochMs(clearedAt),
    }
  })

/** Left to itself fast-check would nearly always take a handful. */
export const someMembers = fc.integer({ min: 1, max: 24 }).chain((maxLength) =>
  fc
    .uniqueArray(someStretch, {
      minLength: Math.ceil(maxLength / 2),
      maxLength,
      selector: ({ deviceId, startedAt, confirmedAt }) => `${deviceId} ${startedAt} ${confirmedAt}`,
    })
    .map((all): readonly MemberStretch[] => all.map((each, n) => ({ id: `m${n}`, ...each }))),
)

/** The same members in another order. */
export const inSomeOrder = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length })

/** The same members under other ids, as another order of arrival would give them. */
export const renamed = (members: readonly MemberStretch[]): readonly MemberStretch[] =>
  members.map((member, n) => ({ ...member, id: `r${members.length - n}`.padEnd(n + 2, '-') }))

/** Groups whose members go by what they are and not by their ids. */
export function namelessly(groups: readonly GroupStretch[], members: readonly MemberStretch[]) {
  const nameOf = (id: string): string => {
    const member = members.find((each) => each.id === id)
    return `${member?.deviceId} ${member?.startedAt} ${member?.confirmedAt}`
  }
  // Sorted anew: drawn stretches of one device may begin at once, which true ones never do.
  return groups
    .map(({ lead, members: ids, ...rest }) =>
      JSON.stringify({ ...rest, lead: nameOf(lead), members: ids.map(nameOf).sort() }),
    )
    .sort()
}

/** Who joins later is not known yet. */
export const withoutMembers = (group: GroupStretch): GroupStretch => ({ ...group, members: [] })
