import { computed } from 'vue'
import { type LocationQuery, type LocationQueryRaw, useRoute, useRouter } from 'vue-router'

/** One line of a chart. */
export interface LineKey {
  readonly deviceId: string
  readonly channel: string
}

/** Epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** So many can be told from each other by colour and dashes. */
export const LINES_MAX = 24
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const SHORTEST_MS = 10_000
const LONGEST_MS = 5 * 366 * DAY_MS
/** Neither an id nor a channel has it. */
const BETWEEN = '~'

/** A line as the address has it. */
export const textOf = ({ deviceId, channel }: LineKey): string => `${deviceId}${BETWEEN}${channel}`

function linesOf(given: LocationQuery[string] | undefined): LineKey[] {
  const texts = [given ?? []].flat().filter((text) => text !== null)
  const lines = [...new Set(texts)].flatMap((text) => {
    const [deviceId = '', channel = ''] = text.split(BETWEEN)
    return deviceId && channel ? [{ deviceId, channel }] : []
  })
  return lines
}

const instantOf = (given: LocationQuery[string] | undefined): number =>
  typeof given === 'string' ? Date.parse(given) : Number.NaN

/** A span that can be asked for, about the same middle. */
export function bounded({ from, to }: Span): Span {
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, to - from))
  const middle = (from + to) / 2
  return { from: Math.round(middle - length / 2), to: Math.round(middle + length / 2) }
}

/** To the minute, so that a reload asks for the same. */
const lastDay = (): Span => {
  const to = Math.ceil(Date.now() / 60_000) * 60_000
  return { from: to - DAY_MS, to }
}

/** What is looked at, as it stands in the address. */
export function useChartView() {
  const route = useRoute()
  const router = useRouter()
  const first = lastDay()
  const asked = computed(() => linesOf(route.query['line']))
  const lines = computed(() => asked.value.slice(0, LINES_MAX))
  const hidden = computed(() => new Set([route.query['hide'] ?? []].flat()))
  const span = computed<Span>(() => {
    const [from, to] = [instantOf(route.query['from']), instantOf(route.query['to'])]
    return from < to ? { from, to } : first
  })
  const isCompared = computed(() => route.query['compare'] === 'week')
  const hasThresholds = computed(() => route.query['thresholds'] !== 'hide')
  const isTable = computed(() => route.query['view'] === 'table')

  function put(changes: LocationQueryRaw): void {
    const { from, to } = span.value
    const query = { from: iso(from), to: iso(to), ...route.query, ...changes }
    // So that the browser goes back to what was looked at before.
    void router.push({ query })
  }

  return {
    lines,
    /** More than can be shown, as an address may have them. */
    askedFor: computed(() => asked.value.length),
    span,
    isCompared,
    hasThresholds,
    isHidden: (line: LineKey): boolean => hidden.value.has(textOf(line)),
    isTable,
    setLines: (now: readonly LineKey[]): void => put({ line: now.map(textOf) }),
    look(at: Span): void {
      const { from, to } = bounded(at)
      put({ from: iso(from), to: iso(to) })
    },
    hide(line: LineKey, is: boolean): void {
      const rest = [...hidden.value].filter((text) => text !== textOf(line))
      put({ hide: is ? [...rest, textOf(line)] : rest })
    },
    showThresholds: (is: boolean): void => put({ thresholds: is ? undefined : 'hide' }),
    compare: (is: boolean): void => put({ compare: is ? 'week' : undefined }),
    showTable: (is: boolean): void => put({ view: is ? 'table' : undefined }),
  }
}

const iso = (at: number): string => new Date(at).toISOString()

export const isSame = (a: LineKey, b: LineKey): boolean => textOf(a) === textOf(b)

/** Moved by a share of its length, and as many times as long. */
export function moved({ from, to }: Span, by: number, scale = 1): Span {
  const length = to - from
  const middle = from + length / 2 + length * by
  return { from: middle - (length * scale) / 2, to: middle + (length * scale) / 2 }
}

export const untilNow = ({ from, to }: Span): Span => {
  const now = Date.now()
  return { from: now - (to - from), to: now }
}
