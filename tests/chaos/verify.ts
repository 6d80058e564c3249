import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, type Herd, stretchOf } from './herd.ts'
import type { Stage } from './stage.ts'

/** What became of all that was said, in counts; whatever is in `faults` must not be. */
export interface Verdict {
  readonly said: number
  readonly acknowledged: number
  readonly stored: number
  readonly lost: number
  readonly twice: number
  readonly cases: number
  readonly casesLost: number
  readonly casesTwice: number
  readonly episodesWrong: number
  readonly notices: number
  readonly noticesLost: number
  readonly noticesTwice: number
}

/** Each must be 0. */
export const FAULTS = [
  'lost',
  'twice',
  'casesLost',
  'casesTwice',
  'episodesWrong',
  'noticesLost',
  'noticesTwice',
] as const satisfies readonly (keyof Verdict)[]

const POLL_MS = 100

/**
 * Holds what is stored against what was said and acknowledged, past the service: by asking the
 * database. What is acknowledged and not there yet is waited for, since a service may keep it
 * elsewhere until the database takes it.
 */
export async function verify(stage: Stage, herd: Herd, patienceMs = 30_000): Promise<Verdict> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const verdict = await look(stage, herd)
    if (FAULTS.every((name) => verdict[name] === 0) || Date.now() > deadline) return verdict
    await sleep(POLL_MS)
  }
}

async function look(stage: Stage, herd: Herd): Promise<Verdict> {
  const stored = await readings(stage, herd)
  const twice = sum(herd.accounts, ({ deviceId }) => {
    const indices = stored.get(deviceId) ?? []
    return indices.length - new Set(indices).size
  })
  const lost = sum(herd.accounts, ({ deviceId, acknowledged }) => {
    const there = new Set(stored.get(deviceId))
    return [...acknowledged].filter((index) => !there.has(index)).length
  })
  return {
    said: herd.said,
    acknowledged: sum(herd.accounts, ({ acknowledged }) => acknowledged.size),
    stored: sum([...stored.values()], ({ length }) => length),
    lost,
    twice,
    ...(await casesOf(stage, herd, stored)),
    ...(await noticesOf(stage, herd)),
  }
}

const ofHerd = (herd: Herd): [string] => [`^${herd.name}-[0-9]+$`]

async function readings(stage: Stage, herd: Herd): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await stage.sql<{ id: string; at: number[] }>(
    `SELECT device_id AS id, array_agg((extract(epoch FROM measured_at) * 1000)::float8) AS at
     FROM reading_manhole_cover WHERE device_id ~ $1 GROUP BY 1`,
    ofHerd(herd),
  )
  return new Map(rows.map(({ id, at }) => [id, at.map((each) => herd.indexOf(each))]))
}

/** Whoever said there was gas has one case of it, and an episode for each stretch of it. */
async function casesOf(
  stage: Stage,
  herd: Herd,
  stored: ReadonlyMap<string, readonly number[]>,
): Promise<Pick<Verdict, 'cases' | 'casesLost' | 'casesTwice' | 'episodesWrong'>> {
  const count = async (table: string): Promise<ReadonlyMap<string, number>> => {
    const rows = await stage.sql<{ id: string; count: number }>(
      `SELECT device_id AS id, count(*)::integer AS count FROM ${table}
       WHERE device_id ~ $1 AND rule_id = 'manhole-methane' GROUP BY 1`,
      ofHerd(herd),
    )
    return new Map(rows.map(({ id, count }) => [id, count]))
  }
  const [cases, episodes] = [await count('case_record'), await count('episode')]
  const stretches = ({ deviceId }: Account): number =>
    new Set((stored.get(deviceId) ?? []).map(stretchOf).filter((each) => each !== null)).size
  const wrong = ({ deviceId, ...rest }: Account): boolean =>
    (episodes.get(deviceId) ?? 0) !== stretches({ deviceId, ...rest })
  return {
    cases: sum([...cases.values()], (each) => each),
    casesLost: herd.accounts.filter((each) => stretches(each) > 0 && !cases.get(each.deviceId))
      .length,
    casesTwice: herd.accounts.filter(({ deviceId }) => (cases.get(deviceId) ?? 0) > 1).length,
    episodesWrong: herd.tellsEpisodes ? herd.accounts.filter(wrong).length : 0,
  }
}

/** Whatever happened to those cases was told, and nothing in two ways. */
async function noticesOf(
  stage: Stage,
  herd: Herd,
): Promise<Pick<Verdict, 'notices' | 'noticesLost' | 'noticesTwice'>> {
  const events = await stage.sql<{ id: string }>(
    `SELECT e.id FROM case_event e JOIN case_record c ON c.id = e.case_id WHERE c.device_id ~ $1`,
    ofHerd(herd),
  )
  const ids = new Set(events.map(({ id }) => id))
  const told = stage.receiver.received.filter(({ id }) => ids.has(id))
  const texts = new Set(told.map(({ id, body }) => `${id} ${body}`))
  const once = new Set(told.map(({ id }) => id))
  return {
    notices: ids.size,
    noticesLost: ids.size - once.size,
    noticesTwice: texts.size - once.size,
  }
}

const sum = <Item>(items: readonly Item[], count: (item: Item) => number): number =>
  items.reduce((total, item) => total + count(item), 0)
