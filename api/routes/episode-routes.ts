import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { scopeOf } from '#api/guard.ts'
import { instantParameter, readRange, type TimeRange } from '#api/instant.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type EpisodeRecord, EpisodeView, showEpisode } from '#api/schemas/episode-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import type { Scope } from '#model/principal.ts'
import { SEVERITIES } from '#model/rule.ts'

/** What this route needs of the episodes: of devices within the scope. */
export interface Episodes {
  list(
    filter: PageRequest &
      TimeRange & {
        readonly deviceId?: string | undefined
        readonly ruleId?: string | undefined
        readonly severity?: string | undefined
        readonly state?: 'open' | 'cleared' | 'withdrawn' | undefined
        readonly standing?: boolean | undefined
        readonly scope: Scope
      },
  ): Promise<Page<EpisodeRecord>>
}

export function episodeRoutes(app: App, episodes: Episodes): void {
  app.addSchema(EpisodeView)

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
          standing: Type.Boolean({
            default: false,
            description: 'Also what began before `from` and was not cleared by then.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(EpisodeView))),
    },
    handler: async (request) => {
      const { query } = request
      const filter = { ...query, ...readRange(query), scope: scopeOf(request) }
      return showPage(await episodes.list(filter), showEpisode)
    },
  })
}
