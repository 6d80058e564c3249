import { computed, ref, shallowRef } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import { plainFault } from './fault-sentence.ts'
import type { RuleWork } from './use-rule-work.ts'

interface Result {
  readonly name: string
  readonly passed: boolean
  readonly fault: string | null
}

/** The tests as they are typed, run against the document as it is typed. */
export function useRuleTests({ document, tests, isEngineer }: RuleWork) {
  const isRunning = ref(false)
  const ran = shallowRef<{
    readonly of: string
    readonly results: readonly Result[]
    /** Why they could not be run. */
    readonly problem: string
  } | null>(null)
  const key = computed(() => JSON.stringify([document.value, tests.value]))
  const isFresh = computed(() => ran.value?.of === key.value)

  async function run(): Promise<void> {
    if (isRunning.value || !isEngineer.value) return
    isRunning.value = true
    const of = key.value
    const body = { document: document.value, tests: tests.value }
    try {
      const { results } = await answerOf(api.POST('/api/v1/rules/test', { body }))
      ran.value = { of, results, problem: '' }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      ran.value = { of, results: [], problem: plainFault(error.message) }
    } finally {
      isRunning.value = false
    }
  }

  const results = computed(() => (isFresh.value ? (ran.value?.results ?? []) : []))
  return {
    run,
    isRunning,
    /** Whether what is told is of what is typed now. */
    isFresh,
    results,
    problem: computed(() => (isFresh.value ? (ran.value?.problem ?? '') : '')),
    failed: computed(() => results.value.filter(({ passed }) => !passed).length),
  }
}
export type RuleTestRun = ReturnType<typeof useRuleTests>
