import { onScopeDispose, type Ref, ref } from 'vue'

/** The time of the browser, in ms, as it passes. */
export function useNow(every_ms: number): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, every_ms)
  onScopeDispose(() => clearInterval(timer))
  return now
}
