import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import { ConditionView } from '#api/schemas/condition-view.ts'
import { ExplanationView, showExplanation } from '#api/schemas/explanation-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { DEVICE_ID_PATTERN } from '#model/device.ts'
import type { Explanation } from '#model/explanation.ts'
import type { EpochMs } from '#model/time.ts'

/** What this route needs of the rules. It throws `Rejected` as the route answers. */
export interface Explainer {
  explain(question: {
    readonly deviceId: string
    readonly ruleId: string
    readonly at: EpochMs | undefined
  }): Promise<Explanation>
}

export function explainRoutes(app: App, explainer: Explainer): void {
  app.addSchema(ConditionView)
  app.addSchema(ExplanationView)

  app.get('/api/v1/explain', {
    schema: {
      tags: ['rules'],
      operationId: 'explain',
      summary: 'Tell why a rule says of a device what it says',
      description:
        'By the rules in force now. `obstacles` name what stood in the way of a new episode.',
      querystring: Type.Object(
        {
          device: Type.String({ pattern: DEVICE_ID_PATTERN }),
          rule: Type.String({ minLength: 1, maxLength: 64 }),
          at: instantParameter('When; now when absent.'),
        },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(ExplanationView)),
    },
    handler: async ({ query: { device, rule, at } }) =>
      showExplanation(
        await explainer.explain({ deviceId: device, ruleId: rule, at: readInstant('at', at) }),
      ),
  })
}
