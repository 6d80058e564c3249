import { computed } from 'vue'
import { type LocationQueryRaw, useRoute, useRouter } from 'vue-router'
import { KINDS } from '#model/kinds.ts'
import { addDays, cityDay, startOfDay } from '#web/src/shared/city-day.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** As the service has it. */
const LONGEST_MS = 7 * 86_400_000

export const MOBILE_KINDS = KINDS.filter(({ mobile }) => mobile)

/** Which vehicle, which day and what of it is looked at, as it stands in the address. */
export function useVehicleView() {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string): string => {
    const value = route.query[name]
    return typeof value === 'string' ? value : ''
  }
  const kind = computed(() => {
    const asked = text('kind')
    return MOBILE_KINDS.some(({ name }) => name === asked) ? asked : (MOBILE_KINDS[0]?.name ?? '')
  })
  const day = computed(() => (DAY.test(text('day')) ? text('day') : cityDay()))
  const dayStart = computed(() => Date.parse(startOfDay(day.value)))
  const dayEnd = computed(() => Date.parse(startOfDay(addDays(day.value, 1))))
  /** Part of the day, or a longer span; the whole day when nothing else is asked. */
  const span = computed(() => {
    const [from, to] = [Date.parse(text('from')), Date.parse(text('to'))]
    return from < to && to - from <= LONGEST_MS
      ? { from, to, isWholeDay: false }
      : { from: dayStart.value, to: dayEnd.value, isWholeDay: true }
  })

  const put = (changes: LocationQueryRaw, isStep = true): void => {
    const query = { ...route.query, ...changes }
    void (isStep ? router.push({ query }) : router.replace({ query }))
  }

  return {
    kind,
    day,
    span,
    device: computed(() => text('device') || null),
    search: computed(() => text('text')),
    after: computed(() => text('after') || undefined),
    isCoverage: computed(() => text('view') === 'coverage'),
    setKind: (now: string) => put({ kind: now, device: undefined, after: undefined }),
    setDay: (now: string) => put({ day: now || undefined, from: undefined, to: undefined }),
    setSpan: (from: number, to: number) =>
      put({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
    wholeDay: () => put({ from: undefined, to: undefined }),
    choose: (id: string) => put({ device: id, view: undefined }),
    find: (now: string) => put({ text: now || undefined, after: undefined }, false),
    turnTo: (next: string | undefined) => put({ after: next }),
    showCoverage: (is: boolean) => put({ view: is ? 'coverage' : undefined }),
  }
}
