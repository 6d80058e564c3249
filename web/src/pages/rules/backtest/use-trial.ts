import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'

export type Trial = components['schemas']['Backtest']

const EVERY_MS = 700

export const isUnderWay = ({ state }: Trial): boolean => state === 'waiting' || state === 'running'

/** One trial, asked for again and again until it is over. */
export function useTrial(id: Ref<string>) {
  const trial = shallowRef<Trial | null>(null)
  const problem = shallowRef<Problem | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = ''

  async function ask(): Promise<void> {
    clearTimeout(timer)
    const mine = id.value
    asked = mine
    if (mine === '') return
    try {
      const path = { id: mine }
      const found = await answerOf(api.GET('/api/v1/backtests/{id}', { params: { path } }))
      if (asked !== mine) return
      trial.value = found
      problem.value = null
      if (isUnderWay(found)) timer = setTimeout(() => void ask(), EVERY_MS)
    } catch (error) {
      if (asked !== mine) return
      if (!(error instanceof Problem)) throw error
      problem.value = error
      // What is not there will not come back; a service that starts again will.
      if (error.status !== 404) timer = setTimeout(() => void ask(), EVERY_MS * 4)
    }
  }

  watch(
    id,
    () => {
      trial.value = null
      problem.value = null
      void ask()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    asked = ''
  })

  return {
    trial: computed(() => (trial.value?.id === id.value ? trial.value : null)),
    problem,
    async cancel(): Promise<void> {
      const path = { id: id.value }
      trial.value = await answerOf(api.DELETE('/api/v1/backtests/{id}', { params: { path } }))
    },
  }
}
