import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { Words } from '#api/schemas/rule-view.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import type { Device } from '#model/device.ts'
import { SEVERITIES } from '#model/rule.ts'
import {
  COMPARISONS,
  THRESHOLD_MEASURES,
  THRESHOLD_PARTS,
  type Threshold,
} from '#model/threshold.ts'
import { DeviceParams } from './device-routes.ts'

/** What this route needs of the rules in force. */
export interface Thresholds {
  thresholds(device: Device): readonly Threshold[]
}

const ThresholdView = Type.Object({
  ruleId: Type.String(),
  version: nullable(Type.Integer()),
  title: Words,
  part: Type.Enum([...THRESHOLD_PARTS], {
    description: '`when` opens an episode, `level` gives it a severity, `clear` ends it.',
  }),
  severity: nullable(Type.Enum([...SEVERITIES])),
  channel: Type.String(),
  measure: Type.Enum([...THRESHOLD_MEASURES], {
    description: 'What of the channel is compared: its value, or what came of it over `window_ms`.',
  }),
  window_ms: nullable(Type.Number()),
  comparison: Type.Enum([...COMPARISONS]),
  value: Type.Number({ description: 'By the parameters of this device.' }),
  unit: Type.String({ description: 'UCUM, of the channel.' }),
  isPartly: Type.Boolean({ description: 'The rest of the condition must be true too.' }),
  hold_ms: Type.Number({ description: 'For how long it must be so.' }),
  isScheduled: Type.Boolean({ description: 'The rule looks at some hours only.' }),
})

export function thresholdRoutes(app: App, findDevice: FindDevice, thresholds: Thresholds): void {
  app.get('/api/v1/devices/:id/thresholds', {
    schema: {
      tags: ['rules'],
      operationId: 'listThresholds',
      summary: 'What the rules in force compare the channels of a device with',
      description: `With the parameters that are in force for this device. A comparison that is not of one
channel with a number, such as one with the mean of the last hours, is not among them.`,
      params: DeviceParams,
      response: answers(200, Type.Object({ items: Type.Array(ThresholdView) })),
    },
    handler: (request) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      return { items: thresholds.thresholds(device).map((one) => ({ ...one })) }
    },
  })
}
