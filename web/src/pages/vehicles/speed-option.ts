import { envelope, type Step } from '#web/src/charts/envelope.ts'
import type { ChartOption } from '#web/src/charts/open-chart.ts'
import { showClock, showInstant, showNumber, showShortInstant } from '#web/src/locale/format.ts'
import { themeColour } from '#web/src/theme/theme.ts'

/** Left and right of the time, in pixels; what lies over the chart keeps to it. */
export const CHART_LEFT = 62
export const CHART_RIGHT = 14

const DAY_MS = 86_400_000

interface Speeds {
  readonly from: number
  readonly to: number
  readonly steps: readonly Step[]
  readonly gap_ms: number
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
}

/** The speed of a vehicle, with the spans hatched in which nothing is known. */
export const speedOption = ({ from, to, steps, gap_ms, gaps }: Speeds): ChartOption => ({
  animation: false,
  // Nothing moves its edges: what lies over it keeps to them.
  grid: { left: CHART_LEFT, right: CHART_RIGHT, top: 8, bottom: 22, outerBoundsMode: 'none' },
  tooltip: {
    trigger: 'axis',
    confine: true,
    transitionDuration: 0,
    formatter: (given: unknown) => {
      const [first] = given as { readonly value: [number, number] }[]
      return first ? `${showInstant(first.value[0])}<br>${showNumber(first.value[1], 'km/h')}` : ''
    },
  },
  xAxis: {
    type: 'time',
    min: from,
    max: to,
    axisLabel: {
      formatter: (at: number) =>
        to - from > DAY_MS ? showShortInstant(at) : showClock(at).slice(0, 5),
      hideOverlap: true,
    },
  },
  yAxis: {
    type: 'value',
    min: 0,
    splitNumber: 3,
    axisLabel: { formatter: (value: number) => showNumber(value, 'km/h') },
  },
  series: [
    {
      type: 'line',
      data: envelope(steps, gap_ms),
      showSymbol: false,
      lineStyle: { width: 1.2 },
      areaStyle: { opacity: 0.15 },
      markArea: {
        silent: true,
        data: gaps.map((gap) => [
          {
            xAxis: Math.max(from, gap.from),
            itemStyle: {
              color: themeColour('silent'),
              opacity: 0.3,
              decal: {
                symbol: 'rect',
                dashArrayX: [1, 0],
                dashArrayY: [2, 5],
                rotation: -Math.PI / 4,
                color: themeColour('text'),
              },
            },
          },
          { xAxis: Math.min(to, gap.to) },
        ]),
      },
    },
  ],
})
