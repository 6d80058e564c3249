import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { answers, asMedia } from '#api/schemas/shared.ts'
import { Unavailable } from '#model/error.ts'
import type { Bilingual } from '#model/text.ts'
import type { Metrics } from '#runtime/metrics.ts'

/**
 * Whether messages are being taken; if not, one sentence that says why. While rules are `warming`
 * they judge whatever comes, but nobody is found silent yet.
 */
export type Readiness =
  | {
      readonly ready: true
      readonly rules: 'warm' | 'warming'
      /** What should be seen to, a sentence each. */
      readonly warnings?: readonly Bilingual[]
    }
  | { readonly ready: false; readonly why: Bilingual }

/** The same, with more that should be seen to. */
export const withWarnings = (state: Readiness, more: readonly Bilingual[]): Readiness =>
  state.ready ? { ...state, warnings: [...(state.warnings ?? []), ...more] } : state

const Ready = Type.Object({
  status: Type.Literal('ready'),
  rules: Type.Union([Type.Literal('warm'), Type.Literal('warming')], {
    description: 'warming: devices are still being recalled, and nobody is found silent yet',
  }),
  warnings: Type.Array(Type.String(), {
    description: 'what an administrator should see to, such as a year without known holidays',
  }),
})

export function healthRoutes(app: App, readiness: () => Readiness, metrics: Metrics): void {
  app.get('/health/live', {
    schema: {
      tags: ['health'],
      operationId: 'isAlive',
      summary: 'Answers as long as the process runs',
      security: [],
      response: answers(200, Type.Object({ status: Type.Literal('alive') })),
    },
    handler: async () => Promise.resolve({ status: 'alive' as const }),
  })

  app.get('/health/ready', {
    schema: {
      tags: ['health'],
      operationId: 'isReady',
      summary: '200 while messages are being taken',
      security: [],
      response: answers(200, Ready),
    },
    handler: async () => {
      const state = readiness()
      if (!state.ready) throw new Unavailable('not-ready', state.why.en)
      const { rules, warnings = [] } = state
      return Promise.resolve({
        status: 'ready' as const,
        rules,
        warnings: warnings.map(({ en }) => en),
      })
    },
  })

  app.get('/metrics', {
    schema: {
      tags: ['health'],
      operationId: 'metrics',
      summary: 'Counters in the text format of Prometheus',
      response: answers(200, asMedia(Type.String(), ['text/plain'])),
    },
    handler: async (_request, reply) => {
      const text = await metrics.registry.metrics()
      return reply.type(metrics.registry.contentType).serializer(String).send(text)
    },
  })
}
