import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Filters and page of a list as they stand in the address, so that it can be sent to a colleague. */
export function useQueryFilter<const Name extends string>(names: readonly Name[]) {
  const route = useRoute()
  const router = useRouter()
  const textOf = (name: string): string | undefined => {
    const value = route.query[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const filter = computed(
    () =>
      Object.fromEntries(
        names.flatMap((name) => {
          const value = textOf(name)
          return value === undefined ? [] : [[name, value]]
        }),
      ) as Partial<Record<Name, string>>,
  )
  const after = computed(() => textOf('after'))
  return {
    filter,
    after,
    /** Another filter begins at its first page. */
    narrow(changes: Partial<Record<Name, string>>): void {
      const kept = Object.entries({ ...filter.value, ...changes }).filter(([, value]) => value)
      void router.replace({ query: Object.fromEntries(kept) as Record<string, string> })
    },
    turnTo(next: string | undefined): void {
      void router.push({ query: { ...filter.value, ...(next !== undefined && { after: next }) } })
    },
  }
}

/** What was typed or chosen in a field. */
export const valueOf = (event: Event): string =>
  (event.target as HTMLInputElement | HTMLSelectElement).value
