import { type Ref, shallowRef } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'

export type Coverage = components['schemas']['Coverage']
export type SeenGrid =
  paths['/api/v1/grid-loads']['get']['responses'][200]['content']['application/json']['items'][number]

/** What the vehicles of a kind came to on a day; nothing is asked while nobody looks at it. */
export const useCoverage = (
  isShown: Readonly<Ref<boolean>>,
  kind: Readonly<Ref<string>>,
  day: Readonly<Ref<string>>,
) =>
  useLoaded<Coverage | null>(
    async (signal) => {
      if (!isShown.value) return null
      const query = { kind: kind.value as 'refuse-truck', day: day.value }
      return await answerOf(api.GET('/api/v1/coverage', { params: { query }, signal }))
    },
    { watching: () => JSON.stringify([isShown.value, kind.value, day.value]) },
  )

/** The unit grids of the view of a map. From too far away there are more than can be shown. */
export function useGrids() {
  const bbox = shallowRef<string | null>(null)
  const grids = useLoaded<readonly SeenGrid[]>(
    async (signal) => {
      if (bbox.value === null) return []
      const query = { bbox: bbox.value }
      const seen = await answerOf(api.GET('/api/v1/grid-loads', { params: { query }, signal }))
      return seen.complete ? seen.items : []
    },
    { watching: bbox },
  )
  return { bbox, grids }
}
