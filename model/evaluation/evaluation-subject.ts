import type { Role } from '#model/role.ts'
import type { Bilingual } from '#model/text.ts'

/** Posts whose work is evaluated account by account. */
export const EVALUATED_POSTS = [
  'inspector',
  'acceptor',
  'duty-officer',
  'dispatcher',
] as const satisfies readonly Role[]
export type EvaluatedPost = (typeof EVALUATED_POSTS)[number]

/** What is evaluated: places, those who handle, what cases are about, and the posts of the centre. */
export const EVALUATION_SUBJECTS = ['area', 'department', 'class', ...EVALUATED_POSTS] as const
export type EvaluationSubject = (typeof EVALUATION_SUBJECTS)[number]

export const isPost = (subject: EvaluationSubject): subject is EvaluatedPost =>
  EVALUATED_POSTS.some((post) => post === subject)

export const SUBJECT_TITLES: Readonly<Record<EvaluationSubject, Bilingual>> = {
  area: { en: 'area', zh: '区域评价' },
  department: { en: 'department', zh: '部门评价' },
  class: { en: 'class', zh: '类别评价' },
  inspector: { en: 'inspector', zh: '监督员岗位评价' },
  acceptor: { en: 'acceptor', zh: '受理员岗位评价' },
  'duty-officer': { en: 'duty officer', zh: '值班长岗位评价' },
  dispatcher: { en: 'dispatcher', zh: '派遣员岗位评价' },
}

/** How finely areas are told apart: by so many digits of their code. */
export const AREA_LEVELS = { district: 6, street: 9, community: 12, grid: 15 } as const
export type AreaLevel = keyof typeof AREA_LEVELS
