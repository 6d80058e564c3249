import type { ChartOption } from '#web/src/charts/open-chart.ts'
import { showInstant, showShortInstant } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import { showValue } from '#web/src/shared/show-value.ts'
import { themeColour } from '#web/src/theme/theme.ts'
import type { CASE_TEXTS } from './case-texts.ts'
import type { Evidence } from './evidence.ts'

export interface SeriesPoint {
  readonly at: string
  readonly min: number
  readonly max: number
}

/** Readings with the marks of the rule, the time it had to hold and the episode drawn in. */
export function evidenceOption(
  evidence: Evidence,
  points: readonly SeriesPoint[],
  t: Say<keyof (typeof CASE_TEXTS)['zh']>,
): ChartOption {
  const { channel, mark, clearMark, startedAt, confirmedAt, endedAt, from, to } = evidence
  // The least and the greatest of each step, so that no peak is lost.
  const data = points.flatMap(({ at, min, max }) => {
    const instant = Date.parse(at)
    return min === max
      ? [[instant, max]]
      : [
          [instant, min],
          [instant, max],
        ]
  })
  const values = [
    ...data.map(([, value]) => value ?? 0),
    ...[mark, clearMark].flatMap((m) => m ?? []),
  ]
  const isTruth = channel.type === 'boolean'
  const show = (value: number): string => showValue(channel, isTruth ? value === 1 : value)
  const line = (value: number, name: string, colour: string) => ({
    yAxis: value,
    name,
    lineStyle: { color: themeColour(colour), type: 'dashed', width: 1.5 },
    label: { formatter: name, color: themeColour(colour), position: 'insideEndTop' },
  })
  // Both begin at the left of what they name, one to each side: a span may be narrower than its word.
  const area = (
    start: number,
    end: number,
    name: string,
    colour: string,
    align: 'left' | 'right',
  ) => [
    {
      xAxis: start,
      name,
      itemStyle: { color: themeColour(colour), opacity: 0.75 },
      label: { color: themeColour('text'), position: [align === 'left' ? 3 : -3, 4], align },
    },
    { xAxis: end },
  ]
  return {
    animation: false,
    grid: { left: 56, right: 20, top: 26, bottom: 30 },
    tooltip: {
      trigger: 'axis',
      formatter: (given: unknown) => {
        const [first] = given as { value: [number, number] }[]
        return first ? `${showInstant(first.value[0])}<br>${show(first.value[1])}` : ''
      },
    },
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      axisLabel: { formatter: (at: number) => showShortInstant(at), hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      scale: true,
      min: Math.min(...values, 0),
      max: isTruth ? 1 : Math.max(...values) * 1.1,
      ...(isTruth && { interval: 1 }),
      axisLabel: { formatter: show },
    },
    series: [
      {
        type: 'line',
        name: said(channel.title),
        data,
        symbolSize: 3,
        lineStyle: { width: 2 },
        z: 3,
        markLine: {
          symbol: 'none',
          data: [
            ...(mark === null
              ? []
              : [line(mark, t('threshold', { value: showValue(channel, mark) }), 'critical')]),
            ...(clearMark === null
              ? []
              : [
                  line(clearMark, t('clearMark', { value: showValue(channel, clearMark) }), 'good'),
                ]),
          ],
        },
        markArea: {
          data: [
            ...(confirmedAt > startedAt
              ? [area(startedAt, confirmedAt, t('holding'), 'warning-ground', 'right')]
              : []),
            area(confirmedAt, endedAt ?? to, t('standing'), 'critical-ground', 'left'),
          ],
        },
      },
    ],
  }
}
