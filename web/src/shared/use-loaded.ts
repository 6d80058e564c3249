import { onScopeDispose, ref, type ShallowRef, shallowRef, type WatchSource, watch } from 'vue'
import { Problem } from '#web/src/api/problem.ts'

export interface Loaded<Data> {
  /** What came last; stays while newer is on its way. Whoever hears of a change may put it there. */
  readonly data: ShallowRef<Data | null>
  readonly problem: Readonly<ShallowRef<Problem | null>>
  readonly isLoading: Readonly<{ value: boolean }>
  load(): Promise<void>
}

interface LoadedOptions {
  /** Loads again whenever one of these changes. */
  readonly watching?: WatchSource | WatchSource[]
  /** And so often, while the page is seen. */
  readonly every_ms?: number
}

/**
 * Something of the service that a page shows, with what keeps it from being shown. An answer that was
 * overtaken by a newer question is dropped.
 */
export function useLoaded<Data>(
  ask: (signal: AbortSignal) => Promise<Data>,
  { watching, every_ms }: LoadedOptions = {},
): Loaded<Data> {
  const data = shallowRef<Data | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const isLoading = ref(false)
  let current: AbortController | undefined

  async function load(): Promise<void> {
    current?.abort()
    const mine = new AbortController()
    current = mine
    isLoading.value = true
    try {
      const answer = await ask(mine.signal)
      if (current !== mine) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (current !== mine) return
      if (!(error instanceof Problem)) throw error
      problem.value = error
    } finally {
      if (current === mine) isLoading.value = false
    }
  }

  if (watching === undefined) void load()
  else watch(watching, load, { immediate: true })
  const timer =
    every_ms === undefined
      ? undefined
      : setInterval(() => {
          if (!document.hidden) void load()
        }, every_ms)
  onScopeDispose(() => {
    clearInterval(timer)
    current?.abort()
    current = undefined
  })
  return { data, problem, isLoading, load }
}
