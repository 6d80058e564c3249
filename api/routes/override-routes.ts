import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { scopeOf } from '#api/guard.ts'
import { overrideSight } from '#api/override-sight.ts'
import { editOf, editProperties, RuleParams } from '#api/rule-input.ts'
import {
  EffectiveParamView,
  OverrideView,
  showEffective,
  showOverride,
} from '#api/schemas/rule-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import { DEVICE_ID_PATTERN, type Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import type { BookedOverride, BookedRule } from '#model/rule-book.ts'
import { type EffectiveParam, OVERRIDE_SCOPES, type RuleOverride } from '#model/rule-override.ts'
import type { DeviceRegistry } from './device-routes.ts'
import type { RuleEdit } from './rule-routes.ts'

/** What these routes need of the rule book. It throws `Rejected` as the routes answer. */
export interface Overrides {
  get(id: string): BookedRule
  overrides(id: string): readonly BookedOverride[]
  setOverride(override: RuleOverride, edit: RuleEdit): Promise<void>
  removeOverride(override: Omit<RuleOverride, 'value'>, edit: RuleEdit): Promise<void>
  effective(id: string, device: Device): Readonly<Record<string, EffectiveParam>>
}

const tags = ['rules']

const whose = {
  param: Type.String({ minLength: 1, maxLength: 64, description: 'A parameter of the rule.' }),
  scope: Type.Enum([...OVERRIDE_SCOPES]),
  key: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The device, the group, the digits of the place or of the part class.',
  }),
}

const NewOverride = Type.Object(
  {
    ...whose,
    value: Type.Union([Type.Number(), Type.String({ maxLength: 200 })]),
    ...editProperties,
  },
  { additionalProperties: false },
)

const List = Type.Object({ items: Type.Array(refTo(OverrideView)) })

export function overrideRoutes(
  app: App,
  findDevice: FindDevice,
  devices: Pick<DeviceRegistry, 'list'>,
  rules: Overrides,
): void {
  app.addSchema(OverrideView)
  app.addSchema(EffectiveParamView)
  const list = async (id: string, scope: Scope) => {
    const sight = overrideSight(scope, findDevice, devices)
    const seen = await Promise.all(
      rules.overrides(id).map(async (each) => ((await sight.sees(each)) ? [each] : [])),
    )
    return { items: seen.flat().map(showOverride) }
  }

  app.get('/api/v1/rules/:id/overrides', {
    schema: {
      tags,
      operationId: 'listRuleOverrides',
      summary: 'List the parameters of a rule that have another value for some devices',
      params: RuleParams,
      response: answers(200, List),
    },
    handler: async (request) => list(request.params.id, scopeOf(request)),
  })

  app.put('/api/v1/rules/:id/overrides', {
    schema: {
      tags,
      operationId: 'setRuleOverride',
      summary: 'Give a parameter of a rule another value for some devices',
      description: `The most particular one holds: ${OVERRIDE_SCOPES.join(', ')}.`,
      params: RuleParams,
      body: NewOverride,
      response: answers(200, List),
    },
    handler: async (request) => {
      const ruleId = request.params.id
      const { param, scope, key, value } = request.body
      const within = scopeOf(request)
      if (!overrideSight(within, findDevice, devices).changes({ scope, key })) {
        throw new Rejected(
          'forbidden',
          `the account may not set parameters for ${scope} ${key}: it is bounded to a part of the city`,
        )
      }
      await rules.setOverride({ ruleId, param, scope, key, value }, editOf(request, request.body))
      return list(ruleId, within)
    },
  })

  app.delete('/api/v1/rules/:id/overrides', {
    schema: {
      tags,
      operationId: 'removeRuleOverride',
      summary: 'Take another value of a parameter away',
      params: RuleParams,
      querystring: Type.Object({ ...whose, ...editProperties }, { additionalProperties: false }),
      response: answers(200, List),
    },
    handler: async (request) => {
      const ruleId = request.params.id
      const { param, scope, key } = request.query
      const within = scopeOf(request)
      if (!overrideSight(within, findDevice, devices).changes({ scope, key })) {
        rules.get(ruleId)
        const sentence = `${param} of ${ruleId} is not overridden for ${scope} ${key}`
        throw new Rejected('not-found', sentence)
      }
      await rules.removeOverride({ ruleId, param, scope, key }, editOf(request, request.query))
      return list(ruleId, within)
    },
  })

  app.get('/api/v1/rules/:id/effective', {
    schema: {
      tags,
      operationId: 'getEffectiveParams',
      summary: 'Tell the parameters of a rule as they hold for a device, and where they come from',
      params: RuleParams,
      querystring: Type.Object(
        { device: Type.String({ pattern: DEVICE_ID_PATTERN }) },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          ruleId: Type.String(),
          version: Type.Integer(),
          deviceId: Type.String(),
          params: Type.Record(Type.String(), refTo(EffectiveParamView)),
        }),
      ),
    },
    handler: async (request) => {
      const { id } = request.params
      const { version } = rules.get(id)
      const device = deviceInSight(findDevice, request, request.query.device)
      const params = Object.fromEntries(
        Object.entries(rules.effective(id, device)).map(([name, param]) => [
          name,
          showEffective(param),
        ]),
      )
      return { ruleId: id, version, deviceId: device.id, params }
    },
  })
}
