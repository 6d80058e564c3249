import { computed } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'
import { useLoaded } from './use-loaded.ts'

type Department = components['schemas']['Department']

const PAGE = 1_000

/** The departments of the city, of which there are some dozens. */
export function useDepartments() {
  const loaded = useLoaded(async (signal) => {
    const found: Department[] = []
    let after: string | undefined
    do {
      const query = { limit: PAGE, ...(after !== undefined && { after }) }
      const page = await answerOf(api.GET('/api/v1/departments', { params: { query }, signal }))
      found.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return found
  })
  const names = computed(() => new Map((loaded.data.value ?? []).map(({ id, name }) => [id, name])))
  return {
    ...loaded,
    all: computed(() => loaded.data.value ?? []),
    nameOf: (id: string | null): string => (id === null ? '–' : (names.value.get(id) ?? id)),
  }
}
