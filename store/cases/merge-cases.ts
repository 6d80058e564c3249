import type { CaseMoment } from '#cases/case-world.ts'
import type { CaseLaw } from '#cases/law.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import type { CaseOrigin } from '#model/case-event.ts'
import { Broken } from '#model/error.ts'
import { query, type Session } from '#store/query.ts'
import { readEvents } from './case-events.ts'
import type { CaseSheet } from './case-sheet.ts'

interface Given {
  readonly current: Case
  readonly moment: CaseMoment
  readonly origin: CaseOrigin
}

/** Episodes are locked before their cases, as commits do. */
export const lockEpisodes = (session: Session, caseId: string): Promise<unknown> =>
  query(session, 'select id from episode where case_id = $1 order by id for update', [caseId])

/** Its episodes go with it to the master. */
export async function mergeCases(
  session: Session,
  sheet: CaseSheet,
  law: Pick<CaseLaw, 'merge'>,
  given: Given & { readonly master: Case; readonly command: CaseCommandOf<'merge'> },
): Promise<void> {
  const { current, master, command, moment, origin } = given
  const episodes = await query<{ id: string }>(
    session,
    'update episode set case_id = $2 where case_id = $1 returning id',
    [current.id, master.id],
  )
  const ids = episodes.map(({ id }) => id)
  const { own, other } = law.merge(current, master, ids, command, moment)
  sheet.take(current.id, own, origin)
  sheet.take(master.id, other, origin)
}

/** The episodes that went with it come back. */
export async function splitCase(
  session: Session,
  sheet: CaseSheet,
  law: Pick<CaseLaw, 'split'>,
  { current, command, moment, origin }: Given & { readonly command: CaseCommandOf<'split'> },
): Promise<void> {
  const merged = (await readEvents(session, current.id)).findLast(({ type }) => type === 'merged')
  const master = current.masterId === null ? undefined : sheet.find(current.masterId)
  if (!merged || !master) {
    throw new Broken('internal', `it is not known what case ${current.id} was merged into`)
  }
  const { own, other } = law.split(current, master, merged, command, moment)
  sheet.take(current.id, own, origin)
  sheet.take(master.id, other, origin)
  await query(session, 'update episode set case_id = $2 where id = any($1::uuid[])', [
    merged.detail.episodeIds ?? [],
    current.id,
  ])
}
