import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { CaseBasisView, showBasis } from '#api/schemas/basis-view.ts'
import { CaseNoteView, showNote } from '#api/schemas/case-note-view.ts'
import {
  CaseDetail,
  CaseView,
  type EpisodeRecord,
  EpisodeView,
  showCase,
  showEpisode,
} from '#api/schemas/case-view.ts'
import { answers, refTo, UUID_PATTERN } from '#api/schemas/shared.ts'
import { CASE_STATES, type Case, type CaseNote } from '#model/case.ts'
import { SEVERITIES } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'

interface Range {
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}

/** What these routes need of the episodes. */
export interface Episodes {
  list(
    filter: PageRequest &
      Range & {
        readonly deviceId?: string | undefined
        readonly ruleId?: string | undefined
        readonly severity?: string | undefined
        readonly state?: 'open' | 'cleared' | 'withdrawn' | undefined
      },
  ): Promise<Page<EpisodeRecord>>
  ofCase(caseId: string): Promise<readonly EpisodeRecord[]>
}

/** What these routes need of the cases. */
export interface Cases {
  list(
    filter: PageRequest &
      Range & {
        readonly state?: string | undefined
        readonly kind?: string | undefined
        readonly severity?: string | undefined
        readonly deviceId?: string | undefined
        readonly partId?: string | undefined
        readonly gridCode?: string | undefined
        readonly district?: string | undefined
      },
  ): Promise<Page<Case>>
  /** By id or number. */
  get(id: string): Promise<Case>
  /** By id, in the order in which they were written. */
  notes(caseId: string): Promise<readonly CaseNote[]>
}

const readRange = (query: { readonly from?: string; readonly to?: string }): Required<Range> => ({
  from: readInstant('from', query.from),
  to: readInstant('to', query.to),
})

const CaseParams = Type.Object({
  id: Type.String({ pattern: `^[0-9]{19}$|${UUID_PATTERN}`, description: 'Its id or number.' }),
})

export function caseRoutes(app: App, episodes: Episodes, cases: Cases): void {
  app.addSchema(EpisodeView)
  app.addSchema(CaseView)
  app.addSchema(CaseBasisView)
  app.addSchema(CaseNoteView)
  app.addSchema(CaseDetail)

  app.get('/api/v1/episodes', {
    schema: {
      tags: ['cases'],
      operationId: 'listEpisodes',
      summary: 'List what the rules found, the newest first',
      querystring: Type.Object(
        {
          ...pageParameters,
          deviceId: Type.Optional(Type.String()),
          ruleId: Type.Optional(Type.String()),
          severity: Type.Optional(Type.Enum([...SEVERITIES])),
          state: Type.Optional(Type.Enum(['open', 'cleared', 'withdrawn'])),
          from: instantParameter('Started at or after.'),
          to: instantParameter('Started before.'),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(EpisodeView))),
    },
    handler: async ({ query }) =>
      showPage(await episodes.list({ ...query, ...readRange(query) }), showEpisode),
  })

  app.get('/api/v1/cases', {
    schema: {
      tags: ['cases'],
      operationId: 'listCases',
      summary: 'List cases, the newest first',
      querystring: Type.Object(
        {
          ...pageParameters,
          state: Type.Optional(Type.Enum([...CASE_STATES])),
          kind: Type.Optional(Type.Enum(['part', 'event'])),
          severity: Type.Optional(Type.Enum([...SEVERITIES])),
          deviceId: Type.Optional(Type.String()),
          partId: Type.Optional(Type.String()),
          gridCode: Type.Optional(Type.String()),
          district: Type.Optional(Type.String()),
          from: instantParameter('Reported at or after.'),
          to: instantParameter('Reported before.'),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(CaseView))),
    },
    handler: async ({ query }) =>
      showPage(await cases.list({ ...query, ...readRange(query) }), showCase),
  })

  app.get('/api/v1/cases/:id', {
    schema: {
      tags: ['cases'],
      operationId: 'getCase',
      summary: 'Show a case with its episodes, why it was opened and what happened to it since',
      params: CaseParams,
      response: answers(200, refTo(CaseDetail)),
    },
    handler: async ({ params }) => {
      const found = await cases.get(params.id)
      const [behind, notes] = await Promise.all([episodes.ofCase(found.id), cases.notes(found.id)])
      return {
        ...showCase(found),
        episodes: behind.map(showEpisode),
        basis: found.basis && showBasis(found.basis),
        notes: notes.map(showNote),
      }
    },
  })
}
