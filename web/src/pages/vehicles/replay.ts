import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import type { components } from '#web/src/api/schema.d.ts'

export type Track = components['schemas']['Track']

/** A point of a track; its instant in epoch ms. */
export interface TrackPoint {
  readonly at: number
  readonly lon_deg: number
  readonly lat_deg: number
  readonly speed_kmh: number | null
}

export const RATES = [1, 2, 5, 10, 30, 60, 120, 300] as const
const FRAME_MS = 40
/** When the page was hidden meanwhile the replay goes on where it was. */
const LONGEST_FRAME_MS = 500

export const runsOf = ({ runs }: Pick<Track, 'runs'>): readonly (readonly TrackPoint[])[] =>
  runs.map(({ points }) => points.map((point) => ({ ...point, at: Date.parse(point.at) })))

export interface Whereabouts {
  readonly lon_deg: number
  readonly lat_deg: number
  readonly speed_kmh: number | null
}

/** Where the device was at an instant, between the points of a run; null where that is not known. */
export function placeAt(runs: readonly (readonly TrackPoint[])[], at: number): Whereabouts | null {
  const run = runs.find((one) => at >= (one[0]?.at ?? Infinity) && at <= (one.at(-1)?.at ?? -1))
  if (run === undefined) return null
  let [low, high] = [0, run.length - 1]
  while (low < high - 1) {
    const middle = (low + high) >> 1
    if ((run[middle] as TrackPoint).at <= at) low = middle
    else high = middle
  }
  const [from, to] = [run[low] as TrackPoint, run[high] as TrackPoint]
  const share = to.at === from.at ? 0 : (at - from.at) / (to.at - from.at)
  return {
    lon_deg: from.lon_deg + (to.lon_deg - from.lon_deg) * share,
    lat_deg: from.lat_deg + (to.lat_deg - from.lat_deg) * share,
    speed_kmh: share < 0.5 ? from.speed_kmh : to.speed_kmh,
  }
}

/** A clock of what was: it stands, or goes so many times as fast as time does. */
export function useReplay(span: Readonly<Ref<{ readonly from: number; readonly to: number }>>) {
  const at = ref(span.value.from)
  const rate = ref<number>(60)
  const isPlaying = ref(false)
  let timer: ReturnType<typeof setInterval> | undefined
  let last = 0

  function step(): void {
    const now = performance.now()
    const gone = Math.min(LONGEST_FRAME_MS, now - last)
    last = now
    at.value = Math.min(span.value.to, at.value + gone * rate.value)
    if (at.value >= span.value.to) pause()
  }

  function play(): void {
    if (isPlaying.value) return
    if (at.value >= span.value.to) at.value = span.value.from
    isPlaying.value = true
    last = performance.now()
    timer = setInterval(step, FRAME_MS)
  }

  function pause(): void {
    isPlaying.value = false
    clearInterval(timer)
  }

  function go(to: number): void {
    at.value = Math.min(span.value.to, Math.max(span.value.from, to))
  }

  /** To the next faster rate, or the next slower one. */
  function faster(by: 1 | -1): void {
    const index = RATES.findIndex((each) => each >= rate.value)
    rate.value = RATES[Math.min(RATES.length - 1, Math.max(0, index + by))] ?? rate.value
  }

  watch(span, ({ from }, before) => {
    if (from === before.from && span.value.to === before.to) return
    pause()
    at.value = from
  })
  onScopeDispose(pause)
  return {
    at,
    rate,
    isPlaying,
    share: computed(() => (at.value - span.value.from) / (span.value.to - span.value.from || 1)),
    toggle: () => (isPlaying.value ? pause() : play()),
    pause,
    go,
    faster,
  }
}

export type Replay = ReturnType<typeof useReplay>
