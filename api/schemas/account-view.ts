import { Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import { type Account, AccountFields } from '#model/account.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

export const AccountView = Type.Object(
  {
    id: Type.String(),
    ...AccountFields.properties,
    hasPassword: Type.Boolean(),
    passwordChangedAt: nullable(Instant),
    mustChangePassword: Type.Boolean({ description: 'Until then it can do nothing else.' }),
    failedAttempts: Type.Integer({ description: 'Failed sign-ins since the last good one.' }),
    lockedUntil: nullable(Instant),
    lastSignInAt: nullable(Instant),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { $id: 'Account', description: 'Somebody, or some program, that works with Wanmi.' },
)

export const showAccount = (account: Account): Type.Static<typeof AccountView> => ({
  ...account,
  passwordChangedAt: showInstant(account.passwordChangedAt),
  lockedUntil: showInstant(account.lockedUntil),
  lastSignInAt: showInstant(account.lastSignInAt),
  createdAt: formatInstant(account.createdAt),
  updatedAt: formatInstant(account.updatedAt),
})
