import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { principalOf } from '#api/authentication.ts'
import { type Page, type PageRequest, pageOf, pageParameters, showPage } from '#api/paging.ts'
import {
  ConfigurationVersionView,
  EVALUATION_SCHEMAS,
  StoredConfigurationView,
  showConfiguration,
  showVersion,
} from '#api/schemas/evaluation-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import type {
  ConfigurationVersion,
  NewConfiguration,
  StoredConfiguration,
} from '#model/evaluation/evaluation.ts'
import { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import type { Principal } from '#model/principal.ts'

/** How the city evaluates, with every version of it. */
export interface EvaluationConfigurations {
  /** The one in force where no version is named. */
  read(version?: number): Promise<StoredConfiguration>
  versions(page: PageRequest): Promise<Page<ConfigurationVersion>>
  put(given: NewConfiguration, by: Principal): Promise<StoredConfiguration>
}

const tags = ['evaluation']

export function evaluationConfigurationRoutes(
  app: App,
  configurations: EvaluationConfigurations,
): void {
  for (const schema of EVALUATION_SCHEMAS) app.addSchema(schema)

  app.get('/api/v1/evaluation/configuration', {
    schema: {
      tags,
      operationId: 'getEvaluationConfiguration',
      summary: 'Show how is evaluated: what is due, rates, weights and bands',
      querystring: Type.Object(
        {
          version: Type.Optional(
            Type.Integer({ minimum: 0, description: '0: as Wanmi ships. Without: in force.' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(StoredConfigurationView)),
    },
    handler: async ({ query }) => showConfiguration(await configurations.read(query.version)),
  })

  app.get('/api/v1/evaluation/configuration/versions', {
    schema: {
      tags,
      operationId: 'listEvaluationConfigurationVersions',
      summary: 'List who set how is evaluated, the last version first',
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: answers(200, pageOf(refTo(ConfigurationVersionView))),
    },
    handler: async ({ query }) => showPage(await configurations.versions(query), showVersion),
  })

  app.put('/api/v1/evaluation/configuration', {
    schema: {
      tags,
      operationId: 'putEvaluationConfiguration',
      summary: 'Set how is evaluated from now on, whatever the period',
      body: Type.Object(
        {
          basedOn: Type.Integer({
            minimum: 0,
            description: 'The version that was changed. Another set meanwhile is a conflict.',
          }),
          note: Type.Union([Type.String({ maxLength: 500 }), Type.Null()], {
            default: null,
            description: 'Why.',
          }),
          configuration: EvaluationConfiguration,
        },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(StoredConfigurationView)),
    },
    handler: async (request) =>
      showConfiguration(await configurations.put(request.body, principalOf(request))),
  })
}
