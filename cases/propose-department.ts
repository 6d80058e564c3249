import type { Case } from '#model/case.ts'
import type { CaseWorld, DispatchRule } from './case-world.ts'

/**
 * The department a case is for: whoever the record of its part names, else by the most particular
 * rule for its class and area; null when nothing says.
 */
export function proposeDepartment(
  current: Pick<Case, 'department' | 'kind' | 'class' | 'areaCode'>,
  { departments, dispatchRules }: Pick<CaseWorld, 'departments' | 'dispatchRules'>,
): string | null {
  const { department } = current
  if (department !== null) {
    const owner = [...departments.values()].find(
      ({ id, name }) => id === department || name === department,
    )
    if (owner) return owner.id
  }
  const fitting = dispatchRules.filter(
    (rule) => fits(rule, current) && departments.has(rule.departmentId),
  )
  return fitting.toSorted((a, b) => particularity(b) - particularity(a))[0]?.departmentId ?? null
}

const fits = (
  rule: DispatchRule,
  { kind, class: digits, areaCode }: Pick<Case, 'kind' | 'class' | 'areaCode'>,
): boolean =>
  (rule.kind === null || rule.kind === kind) &&
  (rule.class === null || rule.class === digits) &&
  (rule.areaCode === null || areaCode.startsWith(rule.areaCode))

/** What it is goes before where it is. */
const particularity = ({ kind, class: digits, areaCode }: DispatchRule): number =>
  (digits === null ? 0 : 100) + (kind === null ? 0 : 50) + (areaCode?.length ?? 0)
