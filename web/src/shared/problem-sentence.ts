import { ERROR_NAMES_ZH } from '#model/error-names.ts'
import type { Problem } from '#web/src/api/problem.ts'
import { locale } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import type { STATE_TEXTS } from './state-texts.ts'

/** What to tell of a problem: our own sentence where one fits, else what the service said. */
export function problemSentence(
  problem: Problem,
  t: Say<keyof (typeof STATE_TEXTS)['zh']>,
): string {
  if (problem.code === 'unreachable' || problem.code === 'database-unavailable') {
    return t('unreachable')
  }
  if (problem.status === 403) return t('forbidden')
  if (problem.status === 404) return t('missing')
  if (problem.status === 429) return t('busy')
  const { code, message } = problem
  // What the service says of this one case is English; what its code means is not.
  const meaning = (ERROR_NAMES_ZH as Readonly<Record<string, string>>)[code]
  return locale.value === 'zh' && meaning !== undefined ? `${meaning}（${message}）` : message
}
