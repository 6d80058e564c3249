import { addDays, cityDay, startOfDay } from '#web/src/shared/city-day.ts'

export const WHERE_PARTS = ['device', 'group', 'district', 'grid', 'partClass'] as const
export type WherePart = (typeof WHERE_PARTS)[number]

/** What somebody asks to be tried, as it is typed. */
export interface TrialRequest {
  /** A version, or what is being edited. */
  readonly a: string
  /** Beside it; empty: nothing. */
  readonly b: string
  /** Days of the city, both included. */
  readonly from: string
  readonly to: string
  readonly part: WherePart | ''
  readonly text: string
}

export const daysBack = (days: number): { from: string; to: string } => {
  const to = cityDay()
  return { from: addDays(to, 1 - days), to }
}

export const listOf = (text: string): string[] => text.split(/[\s,，、;；]+/).filter(Boolean)

interface Texts {
  readonly ruleId: string
  /** In force, which is told by the id: it begins as it did live. */
  readonly version: number
  readonly textOf: (name: string) => string | undefined
}

/** As the API asks for it. */
export function bodyOf(request: TrialRequest, { ruleId, version, textOf }: Texts) {
  const { a, b, from, to, part, text } = request
  const source = (name: string) =>
    name === String(version) ? { ruleId } : { document: textOf(name) ?? '' }
  return {
    rule: source(a),
    ...(b !== '' && { against: source(b) }),
    from: startOfDay(from),
    to: startOfDay(addDays(to, 1)),
    ...(part !== '' && { where: { [part]: listOf(text) } }),
  }
}
