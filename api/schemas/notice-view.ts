import { Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import { CASE_STAGES, CASE_STATES } from '#model/case-state.ts'
import { nullable } from './shared.ts'

const envelope = {
  specversion: Type.Literal('1.0'),
  id: Type.String({ description: 'The same for every attempt: by it, leave out what you have.' }),
  source: Type.String(),
  time: Instant,
  datacontenttype: Type.Literal('application/json'),
}

const Fields = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description })

/** What a webhook is told of one event of a case. */
export const CaseNotice = Type.Object(
  {
    ...envelope,
    type: Type.String({
      pattern: '^wanmi\\.case\\.[a-z-]+$',
      description: 'By the type of event.',
    }),
    subject: Type.String({ description: 'Number of the case, 19 digits.' }),
    sequence: Type.String({
      pattern: '^\\d{10}$',
      description: 'Orders the events of a case, as text.',
    }),
    data: Type.Object({
      event: Type.Object({
        type: Type.String(),
        sequence: Type.Integer({ minimum: 1, description: 'Within the case, without a gap.' }),
        at: Instant,
        actor: Type.Object({
          name: Type.String(),
          role: Type.String({ description: 'A role, or `system`.' }),
        }),
        origin: Type.String({ description: 'Where it came from, such as `rules` or `api`.' }),
        reason: nullable(Type.String()),
        detail: Fields('More about it; each type has its own.'),
        changes: Fields('What it set of the case; the basis of a case is left out.'),
      }),
      case: Type.Object(
        {
          id: Type.String(),
          number: Type.String(),
          state: Type.Enum([...CASE_STATES]),
          stage: Type.Enum([...CASE_STAGES]),
        },
        {
          additionalProperties: true,
          description: 'The case right after the event, whatever has become of it since.',
        },
      ),
    }),
  },
  { $id: 'CaseNotice' },
)

/** What a webhook is sent to try it. */
export const TestNotice = Type.Object(
  {
    ...envelope,
    type: Type.Literal('wanmi.webhook.test'),
    subject: Type.String({ description: 'Id of the webhook.' }),
    data: Type.Object({
      webhook: Type.Object({ id: Type.String(), title: Type.String() }),
    }),
  },
  { $id: 'TestNotice' },
)

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
})

const component = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** What Wanmi asks of other systems, for the `webhooks` of the document. */
export const NOTICE_OPERATIONS = {
  notice: {
    post: {
      tags: ['webhooks'],
      operationId: 'takeNotice',
      summary:
        'What Wanmi posts to a webhook: docs/webhooks.md tells how it is signed and repeated',
      parameters: [
        header('webhook-id', '`id` of the notice.'),
        header('webhook-timestamp', 'Seconds since 1970, of the attempt.'),
        header('webhook-signature', 'One or several of `v1,` and base64, separated by blanks.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': {
            schema: { anyOf: ['CaseNotice', 'TestNotice'].map(component) },
          },
        },
      },
      responses: {
        '200': { description: 'Taken, as with any status from 200 to 299' },
        '410': { description: 'Nothing more is to be sent: the webhook is disabled' },
      },
      security: [],
    },
  },
}
