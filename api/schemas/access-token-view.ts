import { Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import type { AccessToken } from '#model/identity.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

const properties = {
  id: Type.String(),
  label: Type.String(),
  createdAt: Instant,
  expiresAt: nullable(Instant),
  lastUsedAt: nullable(Type.String({ format: 'date-time', description: 'To a minute or so.' })),
  revokedAt: nullable(Instant),
}

export const AccessTokenView = Type.Object(properties, {
  $id: 'AccessToken',
  description: 'A token that lets a program in as the account it is of.',
})

export const NewAccessTokenView = Type.Object(
  { ...properties, token: Type.String({ description: 'Shown this once.' }) },
  { $id: 'NewAccessToken' },
)

export const AccessTokenBody = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'What for.' }),
    days: Type.Union([Type.Integer({ minimum: 1, maximum: 3_650 }), Type.Null()], {
      default: 90,
      description: 'How long it lets in; null: until it is revoked.',
    }),
  },
  { additionalProperties: false },
)

export const showAccessToken = (token: AccessToken): Type.Static<typeof AccessTokenView> => ({
  id: token.id,
  label: token.label,
  createdAt: formatInstant(token.createdAt),
  expiresAt: showInstant(token.expiresAt),
  lastUsedAt: showInstant(token.lastUsedAt),
  revokedAt: showInstant(token.revokedAt),
})
