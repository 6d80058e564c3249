import type { ChartOption } from '#web/src/charts/open-chart.ts'
import { locale } from '#web/src/locale/locale.ts'
import { addDays } from '#web/src/shared/city-day.ts'
import { themeColour } from '#web/src/theme/theme.ts'

export interface DayCount {
  /** `2026-11-23`. */
  readonly day: string
  readonly count: number
}

/** Every day of a span with what was found on it, also those on which that was nothing. */
export function everyDay(
  first: string,
  last: string,
  found: readonly { readonly name: string; readonly episodes: number; readonly members: number }[],
): readonly DayCount[] {
  const counts = new Map(found.map(({ name, episodes, members }) => [name, episodes + members]))
  const days: DayCount[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) {
    days.push({ day, count: counts.get(day) ?? 0 })
  }
  return days
}

/** Weeks side by side, a day the darker the more was found on it. */
export function calendarOption(
  days: readonly DayCount[],
  tell: (day: DayCount) => string,
): ChartOption {
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? '']
  const most = Math.max(1, ...days.map(({ count }) => count))
  const line = themeColour('line')
  return {
    animation: false,
    tooltip: {
      formatter: ({ value }: { value: [string, number] }) =>
        tell({ day: value[0], count: value[1] }),
    },
    visualMap: {
      min: 0,
      max: most,
      calculable: false,
      orient: 'horizontal',
      left: 56,
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      textStyle: { color: themeColour('muted') },
      text: [String(most), '0'],
      inRange: { color: [themeColour('raised'), themeColour('warning'), themeColour('critical')] },
    },
    calendar: {
      top: 26,
      left: 56,
      bottom: 40,
      cellSize: [18, 18],
      // Whole months, so that a week stands in its month.
      range: [`${first.slice(0, 7)}-01`, lastOfMonth(last)],
      itemStyle: { color: 'transparent', borderColor: line, borderWidth: 1 },
      splitLine: { lineStyle: { color: themeColour('muted'), width: 1 } },
      dayLabel: {
        firstDay: 1,
        color: themeColour('muted'),
        nameMap: locale.value === 'zh' ? 'ZH' : 'EN',
      },
      monthLabel: { color: themeColour('muted'), nameMap: locale.value === 'zh' ? 'ZH' : 'EN' },
      yearLabel: { show: false },
    },
    series: [
      {
        type: 'heatmap',
        coordinateSystem: 'calendar',
        data: days.map(({ day, count }) => [day, count]),
      },
    ],
  }
}

function lastOfMonth(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}
