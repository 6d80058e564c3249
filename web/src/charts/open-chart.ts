import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  CalendarComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { themeColour } from '#web/src/theme/theme.ts'

use([
  AriaComponent,
  BarChart,
  CalendarComponent,
  CanvasRenderer,
  CustomChart,
  DataZoomComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  ScatterChart,
  TooltipComponent,
  VisualMapComponent,
])

export type ChartOption = EChartsCoreOption
export type Chart = EChartsType

/** Opens a chart in the colours of the theme as it is now. */
export function openChart(box: HTMLElement): Chart {
  const text = themeColour('text')
  const muted = themeColour('muted')
  const line = themeColour('line')
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisLabel: { color: muted },
    splitLine: { lineStyle: { color: line, opacity: 0.5 } },
  }
  return init(
    box,
    {
      color: ['accent', 'notice', 'warning', 'good', 'critical', 'sewer', 'gas', 'silent'].map(
        themeColour,
      ),
      textStyle: { color: text, fontFamily: 'inherit' },
      legend: { textStyle: { color: text } },
      tooltip: {
        backgroundColor: themeColour('raised'),
        borderColor: line,
        textStyle: { color: text },
      },
      timeAxis: axis,
      valueAxis: axis,
      categoryAxis: axis,
    },
    { renderer: 'canvas' },
  )
}
