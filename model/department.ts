import { Type } from 'typebox'

export const DEPARTMENT_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

/** Who handles cases. Departments are a tree: whoever is of one sees what is of those below it. */
export const DepartmentSchema = Type.Object(
  {
    id: Type.String({ pattern: DEPARTMENT_ID_PATTERN }),
    parentId: Type.Union([Type.String({ pattern: DEPARTMENT_ID_PATTERN }), Type.Null()], {
      default: null,
      description: 'The department above it; null at the top.',
    }),
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    contact: Type.Union([Type.String({ maxLength: 200 }), Type.Null()], {
      default: null,
      description: 'Whom to call, and where.',
    }),
    enabled: Type.Boolean({ default: true, description: 'False: it gets no new cases.' }),
  },
  { additionalProperties: false },
)
export type Department = Readonly<Type.Static<typeof DepartmentSchema>>
