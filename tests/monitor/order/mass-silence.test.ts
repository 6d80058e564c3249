import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { MassSilence } from '#model/rule.ts'
import { plus, seconds } from '#model/time.ts'
import { aloneFrom } from '#rules/group/alone-from.ts'
import { findMassSilences } from '#rules/group/find-mass-silences.ts'
import { groupsByMember } from '#rules/group/group-of-member.ts'
import { asOf } from '#rules/group/group-stretch.ts'
import { device, rule, START } from '#tests/monitor/fixtures.ts'
import { MemoryLedger } from '#tests/monitor/memory-ledger.ts'
import { play, secondOf, someListening } from './listening-story.ts'
import { expectRightCases, LONG, RUNS } from './story.ts'

const OUTCOME = { case: 'part', condition: 'missing-or-displaced', class: '0103' } as const
const EVENT = { case: 'event', condition: 'work-vehicle-misconduct', class: '0195' } as const

const mass = (more: Pick<MassSilence, 'of' | 'share' | 'atLeast'>): MassSilence => ({
  during: seconds(60),
  title: { en: 'mast without power', zh: '基站断电' },
  phenomenon: `mast-${more.of}`,
  severity: 'critical',
  outcome: EVENT,
  ...more,
})
const RULES = [
  rule({
    id: 'silent',
    silent: { span: seconds(45) },
    mass: mass({ of: 'group', share: 0.5, atLeast: 2 }),
    outcome: OUTCOME,
  }),
  rule({
    id: 'very-silent',
    silent: { span: seconds(90) },
    mass: mass({ of: 'all', share: 0.6, atLeast: 3 }),
  }),
]
const world = { rules: RULES }

const of = (id: string, group: string | null): Device =>
  device(id, 'manhole-cover', { group, reportingInterval: seconds(30) })
const DEVICES = [
  of('a', 'n'),
  of('b', 'n'),
  of('c', 'n'),
  of('d', 's'),
  of('e', 's'),
  of('f', null),
]

const scopeOf = ({ of: scope }: MassSilence, { group }: Device): string | null =>
  scope === 'all' ? 'all' : group && `group:${group}`

interface Told {
  readonly groups: readonly string[]
  readonly silences: readonly string[]
}

const silenceOf = ({ deviceId, startedAt, role }: Episode, group: string | undefined): string =>
  `${deviceId} ${secondOf(startedAt)} ${role} in ${group ?? 'none'}`

function toldBy(ledger: MemoryLedger, ruleId: string): Told {
  const own = ledger.standing.filter((each) => each.ruleId === ruleId)
  const groups = own.filter(({ role }) => role === 'group')
  const nameOf = (group: Episode): string =>
    [group.scope, group.startedAt, group.confirmedAt, group.endedAt, group.clearedAt].join(' ')
  const names = new Map(groups.map((group) => [group.id, nameOf(group)]))
  return {
    groups: [...names.values()].sort(),
    silences: own
      .filter(({ role }) => role !== 'group')
      .map((each) => silenceOf(each, names.get(each.groupId ?? '')))
      .sort(),
  }
}

/** The same by the set of silences, as it stands at the end. */
function shouldTell(ledger: MemoryLedger, ruleId: string, given: MassSilence, end: number): Told {
  const own = ledger.standing.filter((each) => each.ruleId === ruleId && each.role !== 'group')
  const scopes = Map.groupBy(own, ({ deviceId }) =>
    scopeOf(given, DEVICES.find(({ id }) => id === deviceId) as Device),
  )
  const told = [...scopes].map(([scope, episodes]) => {
    const inScope = DEVICES.filter((each) => scopeOf(given, each) === scope)
    const population = inScope.filter(({ id }) => ledger.devices.has(id)).length
    const members = episodes.map((each) => ({ ...each, place: null, gridCode: null }))
    const found = scope === null ? [] : findMassSilences(members, population, given, scope)
    const groups = asOf(found, plus(START, seconds(end)))
    const byMember = groupsByMember(groups)
    const nameOf = ({ key, ...at }: (typeof groups)[number]): string =>
      [key, at.startedAt, at.confirmedAt, at.endedAt, at.clearedAt].join(' ')
    return {
      groups: groups.map(nameOf),
      silences: members.map((each) => {
        const group = byMember.get(each.id)
        const role = aloneFrom(each, group) === null ? 'member' : 'single'
        return silenceOf({ ...each, role }, group && nameOf(group))
      }),
    }
  })
  return {
    groups: told.flatMap(({ groups }) => groups).sort(),
    silences: told.flatMap(({ silences }) => silences).sort(),
  }
}

test(
  'mass silences are those of the silences, whatever came late, hung or was restarted',
  async () => {
    let groups = 0
    await fc.assert(
      fc.asyncProperty(someListening(DEVICES), async (story) => {
        const ledger = new MemoryLedger()
        const { end } = await play(story, ledger, world, DEVICES)
        for (const { rule: each } of RULES) {
          if (!each.mass) throw new Error('all are rules of mass silence')
          const told = toldBy(ledger, each.id)
          expect(told).toEqual(shouldTell(ledger, each.id, each.mass, end))
          groups += told.groups.length
        }
        expectRightCases(ledger, world)
      }),
      { numRuns: RUNS },
    )
    expect(groups).toBeGreaterThan(RUNS / 2)
  },
  LONG,
)
