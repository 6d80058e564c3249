import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'
import { LiveFeed } from '#web/src/live/live-feed.ts'
import { type Loaded, useLoaded } from '#web/src/shared/use-loaded.ts'

export type SeenDevice = components['schemas']['DeviceState']
export type MapCell = components['schemas']['MapCell']
type GridAnswer =
  paths['/api/v1/grid-loads']['get']['responses'][200]['content']['application/json']
export type GridLoad = GridAnswer['items'][number]
/** The box around all devices that were asked about. */
export type Extent = NonNullable<
  paths['/api/v1/device-states']['get']['responses'][200]['content']['application/json']['extent']
>

/** What part of the city is looked at. */
export interface View {
  /** west,south,east,north in degrees of WGS-84. */
  readonly bbox: string
  readonly zoom: number
}

export interface SituationFilter {
  kind: SeenDevice['kind'] | ''
  isWrongOnly: boolean
  hasGrids: boolean
}

/** Farther than that a city's grids are smaller than a finger. */
const GRID_ZOOM = 13
/** Devices come alive by the feed; what is wrong with them is asked for. */
const STATES_EVERY_MS = 10_000
const GRIDS_EVERY_MS = 30_000
const DRAW_EVERY_MS = 1_000

/** What lies in the viewport: asked for when it moves and now and again, and kept up by the feed. */
export function useSituation(view: Ref<View | null>, filter: SituationFilter) {
  // Plain: a thousand of them change a second, and are drawn once in it.
  const devices = new Map<string, SeenDevice>()
  const cells = shallowRef<readonly MapCell[]>([])
  /** Rises when there is something to draw anew. */
  const revision = ref(0)
  let isStale = false
  let feed: LiveFeed | undefined

  const states = useLoaded(
    async (signal) => {
      if (view.value === null) return { items: [], cells: [], extent: null }
      const { bbox, zoom } = view.value
      const { kind } = filter
      const query = { bbox, zoom: Math.round(zoom), limit: 1_500, ...(kind === '' ? {} : { kind }) }
      return answerOf(api.GET('/api/v1/device-states', { params: { query }, signal }))
    },
    { watching: [view, () => filter.kind], every_ms: STATES_EVERY_MS },
  )
  watch(states.data, (found) => {
    devices.clear()
    for (const device of found?.items ?? []) devices.set(device.deviceId, device)
    cells.value = found?.cells ?? []
    revision.value++
  })

  const grids: Loaded<GridAnswer | null> = useLoaded(
    async (signal) => {
      if (view.value === null || !filter.hasGrids || view.value.zoom < GRID_ZOOM) return null
      const query = { bbox: view.value.bbox }
      return answerOf(api.GET('/api/v1/grid-loads', { params: { query }, signal }))
    },
    { watching: [view, () => filter.hasGrids], every_ms: GRIDS_EVERY_MS },
  )

  watch(view, (now) => {
    feed?.close()
    if (now === null) return
    feed = new LiveFeed({ bbox: now.bbox }, { reading: onReading }, () => void states.load())
  })

  function onReading(data: unknown): void {
    const reading = data as SeenDevice['reading'] & Pick<SeenDevice, 'deviceId' | 'place'>
    const known = devices.get(reading.deviceId)
    // What stands in a cell is counted there; what is new in the view comes with the next answer.
    if (!known) return
    devices.set(reading.deviceId, { ...known, reading, place: reading.place ?? known.place })
    isStale = true
  }

  const timer = setInterval(() => {
    if (!isStale) return
    isStale = false
    revision.value++
  }, DRAW_EVERY_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    feed?.close()
  })

  return { devices, cells, states, grids, revision }
}
