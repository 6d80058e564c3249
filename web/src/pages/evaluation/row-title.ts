import { AREA_LEVELS } from '#model/evaluation/evaluation-subject.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import type { EvaluatedRow, Target } from './evaluation-of.ts'
import type { EVALUATION_TEXTS } from './evaluation-texts.ts'

/** What a row is called. */
export function rowTitle(
  { key, title }: Pick<EvaluatedRow, 'key' | 'title'>,
  target: Target,
  t: Say<keyof (typeof EVALUATION_TEXTS)['zh']>,
): string {
  if (target.of === 'area' && key.length < AREA_LEVELS[target.level]) {
    return t('noGrid', { code: title ?? key })
  }
  if (key === 'unclassed') return t('unclassed')
  return title ?? key
}

/** The best first, those without a score at the end; of no score the most cases first. */
export const ranked = (rows: readonly EvaluatedRow[]): EvaluatedRow[] =>
  rows.toSorted(
    (a, b) =>
      (b.score ?? -1) - (a.score ?? -1) ||
      (b.counts['reports'] ?? 0) - (a.counts['reports'] ?? 0) ||
      (a.key < b.key ? -1 : 1),
  )
