import { Type } from 'typebox'
import { AUDIT_OUTCOMES, type AuditRecord } from '#model/audit.ts'
import { ROLES } from '#model/role.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

export const AuditView = Type.Object(
  {
    id: Type.Integer(),
    at: Type.String({ format: 'date-time' }),
    accountId: nullable(Type.String()),
    name: Type.String({ description: 'As it was then; of a failed sign-in what was typed.' }),
    roles: Type.Array(Type.Enum([...ROLES])),
    action: Type.String({
      description: 'Such as `account.changed`, or of a plain request its method and address.',
    }),
    objectKind: nullable(Type.String()),
    objectId: nullable(Type.String()),
    detail: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' }),
    address: nullable(Type.String()),
    outcome: Type.Enum([...AUDIT_OUTCOMES], {
      description: 'refused: for a reason of the caller. failed: for one of ours.',
    }),
  },
  { $id: 'AuditEntry', description: 'Something that was done or tried. It is never changed.' },
)

export const showAudit = ({ at, roles, ...entry }: AuditRecord): Type.Static<typeof AuditView> => ({
  ...entry,
  at: formatInstant(at),
  roles: [...roles],
})
