import { computed } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import { useTexts } from '#web/src/locale/use-texts.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import { RULE_TEXTS } from './rule-texts.ts'
import type { RuleWork } from './use-rule-work.ts'

/** By what a text of a rule is chosen: a version, or what is being edited. */
export const DRAFT = 'draft'

/** Every text of a rule there is: its versions, and what is being edited where that is none of them. */
export function useVersions(work: RuleWork) {
  const t = useTexts(RULE_TEXTS)
  const loaded = useLoaded(
    (signal) => {
      const params = { path: { id: work.id } }
      return work.rule.value === null
        ? Promise.resolve({ items: [] })
        : answerOf(api.GET('/api/v1/rules/{id}/versions', { params, signal }))
    },
    { watching: work.version },
  )
  const items = computed(() => loaded.data.value?.items ?? [])
  const nameOf = (name: string): string => {
    if (name === DRAFT) return t('draft')
    return t(name === String(work.version.value) ? 'versionNow' : 'version', { version: name })
  }
  const names = computed(() => [
    ...(work.isDocumentChanged.value || work.rule.value === null ? [DRAFT] : []),
    ...items.value.map(({ version }) => String(version)),
  ])
  return {
    loaded,
    items,
    names,
    nameOf,
    options: computed(() => names.value.map((value) => ({ value, label: nameOf(value) }))),
    textOf: (name: string): string | undefined =>
      name === DRAFT
        ? work.document.value
        : items.value.find(({ version }) => String(version) === name)?.document,
  }
}
