import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { scopeOf } from '#api/guard.ts'
import { instantParameter, readInstant } from '#api/instant.ts'
import { casesTold, narrowExplanation } from '#api/narrow-explanation.ts'
import { ConditionView } from '#api/schemas/condition-view.ts'
import { ExplanationView, showExplanation } from '#api/schemas/explanation-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { DEVICE_ID_PATTERN } from '#model/device.ts'
import type { Explanation } from '#model/explanation.ts'
import type { Scope } from '#model/principal.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { EpochMs } from '#model/time.ts'

/** What this route needs of the rules. It throws `Rejected` as the route answers. */
export interface Explainer {
  explain(question: {
    readonly deviceId: string
    readonly ruleId: string
    readonly at: EpochMs | undefined
  }): Promise<Explanation>
}

/** Whether a scope lets one see a case. */
export type SeesCase = (caseId: string, scope: Scope) => Promise<boolean>

export function explainRoutes(
  app: App,
  findDevice: FindDevice,
  explainer: Explainer,
  seesCase: SeesCase,
): void {
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
    handler: async (request) => {
      const { rule, at } = request.query
      const scope = scopeOf(request)
      const device = deviceInSight(findDevice, request, request.query.device)
      const question = { deviceId: device.id, ruleId: rule, at: readInstant('at', at) }
      const told = await explainer.explain(question)
      const seen = new Set<string>()
      for (const { id } of casesTold(told)) if (await seesCase(id, scope)) seen.add(id)
      return showExplanation(
        narrowExplanation(told, {
          device: (id) => seesDevice(scope, findDevice(id)),
          case: (id) => seen.has(id),
        }),
      )
    },
  })
}
