import { computed, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'
import { useTexts } from '#web/src/locale/use-texts.ts'
import { problemSentence } from '#web/src/shared/problem-sentence.ts'
import { STATE_TEXTS } from '#web/src/shared/state-texts.ts'
import type { EditorFault } from './editor-fault.ts'
import { faultSentence } from './fault-sentence.ts'

type Check = components['schemas']['RuleCheck']

/** So long nothing is typed before the service is asked. */
const CALM_MS = 350

/** What the service says of a document while it is being typed. */
export function useRuleCheck(document: Ref<string>, isOn: Ref<boolean>) {
  const told = useTexts(STATE_TEXTS)
  const checked = shallowRef<{ readonly of: string; readonly check: Check } | null>(null)
  const problem = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: AbortController | undefined

  async function ask(): Promise<void> {
    current?.abort()
    const mine = new AbortController()
    current = mine
    const of = document.value
    try {
      const { signal } = mine
      const body = { document: of }
      const check = await answerOf(api.POST('/api/v1/rules/check', { body, signal }))
      if (current !== mine) return
      checked.value = { of, check }
      problem.value = ''
    } catch (error) {
      if (current !== mine) return
      if (!(error instanceof Problem)) throw error
      problem.value = problemSentence(error, told)
    }
  }

  watch(
    [document, isOn],
    () => {
      clearTimeout(timer)
      if (isOn.value && document.value !== '') timer = setTimeout(() => void ask(), CALM_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    current?.abort()
    current = undefined
  })

  const isFresh = computed(() => checked.value?.of === document.value)
  return {
    problem,
    /** Whether what is told is of what is typed now. */
    isFresh,
    isRight: computed(() => isFresh.value && checked.value?.check.right === true),
    parsed: computed(() => checked.value?.check.parsed ?? null),
    /** In the language of the console. */
    faults: computed<readonly EditorFault[]>(() =>
      (checked.value?.check.faults ?? []).map(({ line, column, ...told }) => ({
        sentence: faultSentence(told),
        ...(line !== undefined && { line }),
        ...(column !== undefined && { column }),
      })),
    ),
  }
}
export type RuleCheck = ReturnType<typeof useRuleCheck>
