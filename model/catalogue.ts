import classes from './data/catalogue.json' with { type: 'json' }
import standards from './data/filing-standards.json' with { type: 'json' }
import type { Limit, LimitUnit } from './limit.ts'
import type { Bilingual } from './text.ts'

/** A class of parts or events. Its digits alone are not unique: see the key's four fields. */
export interface CaseClass {
  readonly edition: string
  readonly kind: 'part' | 'event'
  readonly major: string
  readonly minor: string
  readonly majorName: string
  readonly minorName: string
}

/** A condition under which a case is filed, with its limit and what closes it. */
export interface FilingCondition {
  readonly edition: string
  readonly kind: 'part' | 'event'
  readonly condition: string
  /** Major and minor, four digits. */
  readonly classes: readonly string[]
  readonly title: Bilingual
  readonly limit: Limit
  readonly closing: Bilingual
}

const CLASSES: readonly CaseClass[] = classes.map((row) => ({
  edition: row.edition,
  kind: row.kind as 'part' | 'event',
  major: row.major,
  minor: row.minor,
  majorName: row.majorName,
  minorName: row.minorName,
}))

export const FILING_CONDITIONS: readonly FilingCondition[] = standards.map((row) => ({
  edition: row.edition,
  kind: row.kind as 'part' | 'event',
  condition: row.condition,
  classes: row.classes,
  title: row.title,
  limit: { amount: row.limit[0] as number, unit: row.limit[1] as LimitUnit },
  closing: row.closing,
}))

const conditionKey = (kind: string, condition: string): string => `${kind}/${condition}`
const byCondition = new Map(
  FILING_CONDITIONS.map((entry) => [conditionKey(entry.kind, entry.condition), entry]),
)
const classKey = (edition: string, kind: string, digits: string): string =>
  `${edition}/${kind}/${digits}`
const byClass = new Map(
  CLASSES.map((entry) => [classKey(entry.edition, entry.kind, entry.major + entry.minor), entry]),
)

export const findCondition = (
  kind: 'part' | 'event',
  condition: string,
): FilingCondition | undefined => byCondition.get(conditionKey(kind, condition))

export const findClass = (
  edition: string,
  kind: 'part' | 'event',
  digits: string,
): CaseClass | undefined => byClass.get(classKey(edition, kind, digits))

/** Of the classes that are named without saying of which catalogue. */
export const DEFAULT_EDITION = 'yuncheng'

/** In the order of the catalogue. */
export const classesOf = (edition: string): readonly CaseClass[] =>
  CLASSES.filter((entry) => entry.edition === edition)

export const EDITIONS: readonly string[] = [...new Set(CLASSES.map(({ edition }) => edition))]

const byName = new Map(
  CLASSES.map((entry) => [
    classKey(entry.edition, entry.kind, `${entry.majorName}/${entry.minorName}`),
    entry,
  ]),
)

/** By the names of major and minor. */
export const findClassByName = (
  edition: string,
  kind: 'part' | 'event',
  majorName: string,
  minorName: string,
): CaseClass | undefined => byName.get(classKey(edition, kind, `${majorName}/${minorName}`))

/** The conditions under which a class is filed, in their order. */
export const conditionsOf = ({
  edition,
  kind,
  major,
  minor,
}: Pick<CaseClass, 'edition' | 'kind' | 'major' | 'minor'>): readonly FilingCondition[] =>
  FILING_CONDITIONS.filter(
    (each) =>
      each.edition === edition && each.kind === kind && each.classes.includes(major + minor),
  )
