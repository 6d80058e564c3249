import { computed } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'
import type { paths } from '#web/src/api/schema.d.ts'
import { addDays, startOfDay } from '#web/src/shared/city-day.ts'

type ListQuery = NonNullable<paths['/api/v1/cases']['get']['parameters']['query']>

/** What cases can be narrowed by, by the names under which it stands in the address. */
export const FILTER_NAMES = [
  'stage',
  'state',
  'severity',
  'source',
  'departmentId',
  'area',
  'overdue',
  'text',
  'from',
  'to',
  'order',
] as const
export type FilterName = (typeof FILTER_NAMES)[number]
export type CaseFilter = Readonly<Partial<Record<FilterName, string>>>

const AREA = /^[0-9]{6}([0-9]{3}){0,3}$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

function filterOf(query: LocationQuery): CaseFilter {
  const given = FILTER_NAMES.flatMap((name) => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return Object.fromEntries(given)
}

/** As the API asks for it. Days are those of the city; `to` is the last of them. */
export function toQuery({ from, to, overdue, area, text, ...rest }: CaseFilter): ListQuery {
  return {
    ...rest,
    ...(overdue === 'true' && { overdue: true }),
    ...(area !== undefined && AREA.test(area) && { area }),
    ...(text !== undefined && text.length > 1 && { text }),
    ...(from !== undefined && DAY.test(from) && { from: startOfDay(from) }),
    ...(to !== undefined && DAY.test(to) && { to: startOfDay(addDays(to, 1)) }),
  } as ListQuery
}

export const isArea = (text: string): boolean => AREA.test(text)

/** The filter as it stands in the address, so that a view can be sent to a colleague. */
export function useCaseFilter() {
  const route = useRoute()
  const router = useRouter()
  const filter = computed(() => filterOf(route.query))
  const isBoard = computed(() => route.query['view'] === 'board')
  const after = computed(() => {
    const value = route.query['after']
    return typeof value === 'string' ? value : undefined
  })

  const view = (): LocationQuery => (isBoard.value ? { view: 'board' } : {})

  return {
    filter,
    isBoard,
    after,
    /** Another filter begins at its first page. */
    narrow(changes: CaseFilter): void {
      const kept = Object.entries({ ...filter.value, ...changes }).filter(([, value]) => value)
      void router.replace({ query: { ...view(), ...Object.fromEntries(kept) } })
    },
    put(whole: CaseFilter): void {
      void router.push({ query: { ...view(), ...whole } })
    },
    showBoard(now: boolean): void {
      void router.push({ query: { ...filter.value, ...(now && { view: 'board' }) } })
    },
    /** So that the browser goes back to the page before. */
    turnTo(next: string | undefined): void {
      void router.push({ query: { ...filter.value, ...(next && { after: next }) } })
    },
  }
}
