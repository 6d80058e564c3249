import { computed, type Ref, ref, watch } from 'vue'
import { DEPARTMENT_ROLES, SUPERVISION_ROLES } from '#model/role.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { paths } from '#web/src/api/schema.d.ts'
import { session } from '#web/src/session/session.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import type { GroundSwitches } from './ground-switches.ts'

export type DrawnLine =
  paths['/api/v1/lines-on-map']['get']['responses'][200]['content']['application/json']['items'][number]
export type PlacedPart =
  paths['/api/v1/parts-on-map']['get']['responses'][200]['content']['application/json']['items'][number]
export type NamedArea =
  paths['/api/v1/areas']['get']['responses'][200]['content']['application/json']['items'][number]

/** A box of WGS-84 as it is looked at. */
export interface GroundView {
  readonly box: readonly [west: number, south: number, east: number, north: number]
  readonly zoom: number
}

/** From farther the signs of parts would lie on each other. */
export const PARTS_FROM_ZOOM = 16.5
const SEE_PARTS = [...SUPERVISION_ROLES, ...DEPARTMENT_ROLES, 'engineer', 'administrator'] as const
const AREAS_MOST = 500
const NONE = { complete: true, items: [] }

/** What the ground of a map shows, asked for as it moves and as it is switched on. */
export function useGround(view: Ref<GroundView | null>, switches: GroundSwitches) {
  const lineQuestion = computed(() => {
    if (view.value === null || !(switches.streets || switches.pipes)) return ''
    const zoom = Math.max(0, Math.round(view.value.zoom))
    return `${zoom} ${widened(view.value.box, zoom)}`
  })
  const partQuestion = computed(() => {
    if (view.value === null || !switches.parts || !session.is(SEE_PARTS)) return ''
    if (view.value.zoom < PARTS_FROM_ZOOM) return ''
    return widened(view.value.box, Math.round(view.value.zoom))
  })
  const hasAreas = ref(false)
  watch(
    () => switches.areas && view.value !== null,
    (wanted) => (hasAreas.value ||= wanted),
    { immediate: true },
  )

  const lines = useLoaded(
    async (signal) => {
      const [zoom = '', bbox = ''] = lineQuestion.value.split(' ')
      if (bbox === '') return NONE
      const query = { bbox, zoom: Number(zoom) }
      return told(answerOf(api.GET('/api/v1/lines-on-map', { params: { query }, signal })), NONE)
    },
    { watching: lineQuestion },
  )
  const parts = useLoaded(
    async (signal) => {
      const bbox = partQuestion.value
      if (bbox === '') return NONE
      const params = { query: { bbox } }
      return told(answerOf(api.GET('/api/v1/parts-on-map', { params, signal })), NONE)
    },
    { watching: partQuestion },
  )
  const areas = useLoaded(
    async (signal) => {
      if (!hasAreas.value) return []
      const params = { query: { limit: AREAS_MOST } }
      const page = { items: [], next: null }
      return (await told(answerOf(api.GET('/api/v1/areas', { params, signal })), page)).items
    },
    { watching: hasAreas },
  )
  return { lines, parts, areas }
}

/** Not everybody who sees a map sees all of its ground, and without it the rest goes on. */
const told = <Answer, Nothing>(
  asked: Promise<Answer>,
  nothing: Nothing,
): Promise<Answer | Nothing> =>
  asked.catch((error: unknown) => {
    if (error instanceof Problem) return nothing
    throw error
  })

/** Out to the tiles of its zoom: while the map moves within them nothing is asked for again. */
function widened([west, south, east, north]: GroundView['box'], zoom: number): string {
  const tile = 360 / 2 ** zoom
  const down = (degrees: number): number => Math.floor(degrees / tile) * tile
  const up = (degrees: number): number => Math.ceil(degrees / tile) * tile
  const sides = [
    Math.max(-180, down(west)),
    Math.max(-85, down(south)),
    Math.min(180, up(east)),
    Math.min(85, up(north)),
  ]
  return sides.map((degrees) => degrees.toFixed(5)).join(',')
}
