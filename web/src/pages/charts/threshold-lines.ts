import { themeColour } from '#web/src/theme/theme.ts'
import { type ChartThreshold, colourOf } from './chart-thresholds.ts'

/** More names than that lie over each other; the list below the chart has them all. */
const NAMED_MAX = 8

/** Thresholds with what is written on them, as lines across a pane. */
export interface NamedThreshold {
  readonly threshold: ChartThreshold
  readonly label: string
}

/** A series of its own without a line: the axis reaches as far as the thresholds. */
export function thresholdSeries(named: readonly NamedThreshold[], axis: number, at: number) {
  // Above it there may be no room left in the pane.
  const highest = Math.max(...named.map(({ threshold: { value } }) => value))
  return named.length === 0
    ? []
    : [
        {
          type: 'line',
          id: `thresholds ${axis}`,
          xAxisIndex: axis,
          yAxisIndex: axis,
          silent: true,
          showSymbol: false,
          lineStyle: { opacity: 0 },
          data: named.map(({ threshold: { value } }) => [at, value]),
          z: 2,
          markLine: {
            silent: true,
            symbol: ['none', 'none'],
            data: named.map(({ threshold, label }, index) => {
              const colour = themeColour(colourOf(threshold))
              const isClear = threshold.part === 'clear'
              return {
                yAxis: threshold.value,
                lineStyle: { color: colour, type: isClear ? [2, 4] : [8, 4], width: 1.5 },
                label: {
                  show: named.length <= NAMED_MAX,
                  formatter: label,
                  color: themeColour('text'),
                  backgroundColor: themeColour('panel'),
                  borderColor: colour,
                  borderWidth: 1,
                  borderRadius: 3,
                  padding: [1, 4],
                  fontSize: 11,
                  // Side by side rather than over each other.
                  position: `inside${index % 2 === 0 ? 'Start' : 'End'}${
                    threshold.value === highest ? 'Bottom' : 'Top'
                  }`,
                },
              }
            }),
          },
        },
      ]
}
