import { envelope, stepAt, truthPoints } from '#web/src/charts/envelope.ts'
import { lookOf } from '#web/src/charts/line-looks.ts'
import type { ChartOption } from '#web/src/charts/open-chart.ts'
import { showInstant, showNumber, showShortInstant } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import { themeColour } from '#web/src/theme/theme.ts'
import type { Line, LineData, Lines } from './chart-lines.ts'
import type { Mark } from './chart-marks.ts'
import type { ChartThreshold } from './chart-thresholds.ts'
import { labelOf } from './chart-thresholds.ts'
import type { LineKey, Span } from './chart-view.ts'
import type { CHARTS_TEXTS } from './charts-texts.ts'
import { showLineValue, showStep } from './show-step.ts'
import { type NamedThreshold, thresholdSeries } from './threshold-lines.ts'

type T = Say<keyof (typeof CHARTS_TEXTS)['zh']>

/** Lines of one unit, one above the other with those of another. */
interface Pane {
  readonly unit: string
  readonly isTruth: boolean
  readonly lines: readonly { readonly line: Line; readonly index: number }[]
}

const PANE_PX = 190
/** True or not takes no more room. */
const TRUTH_PX = 64
const TOP_PX = 14
const BOTTOM_PX = 34
const GAP_PX = 22

type IsHidden = (line: LineKey) => boolean

export function panesOf(lines: readonly Line[], isHidden: IsHidden): readonly Pane[] {
  const known = lines.flatMap((line, index) =>
    line.info && !isHidden(line) ? [{ line, index }] : [],
  )
  const groups = Map.groupBy(
    known,
    ({ line: { info } }) => `${info?.type === 'boolean'} ${info?.unit}`,
  )
  return [...groups.values()].map((of) => ({
    unit: of[0]?.line.info?.unit ?? '1',
    isTruth: of[0]?.line.info?.type === 'boolean',
    lines: of,
  }))
}

const roomOf = ({ isTruth }: Pane): number => (isTruth ? TRUTH_PX : PANE_PX)

/** Where a pane begins; behind the last one, where the last one ends. */
const topOf = (panes: readonly Pane[], index: number): number =>
  panes.slice(0, index).reduce((top, pane) => top + roomOf(pane) + GAP_PX, TOP_PX)

export const heightOf = (panes: readonly Pane[]): number =>
  topOf(panes, panes.length) - GAP_PX + BOTTOM_PX

/** What is drawn with the lines. */
interface Drawn {
  readonly marks: readonly Mark[]
  readonly thresholds: readonly ChartThreshold[]
  readonly isHidden: IsHidden
}

/** The lines in a pane for each unit, with what was noted of their devices. */
export function linesOption(
  { from, to, lines }: Lines,
  { marks, thresholds, isHidden }: Drawn,
  t: T,
): ChartOption {
  const panes = panesOf(lines, isHidden)
  const nameOf = (id: string): string => lines.find(({ deviceId }) => deviceId === id)?.name ?? id
  const named = (pane: Pane): readonly NamedThreshold[] =>
    thresholds
      .filter(({ channel, deviceIds }) =>
        pane.lines.some(
          ({ line }) => line.channel === channel && deviceIds.includes(line.deviceId),
        ),
      )
      .map((threshold) => ({ threshold, label: labelOf(threshold, nameOf, t) }))
  const span = to - from
  return {
    animation: false,
    grid: panes.map((pane, index) => ({
      left: 64,
      right: 20,
      top: topOf(panes, index),
      height: roomOf(pane),
      // Or a label at the end would make one pane narrower than the others.
      outerBoundsMode: 'none',
    })),
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: themeColour('muted') } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      formatter: (given: unknown) => tipOf(given, { lines, isHidden }, t),
    },
    xAxis: panes.map((_, index) => ({
      type: 'time',
      gridIndex: index,
      // Beyond what is seen, so that one can move and look at it from further away.
      min: from - span,
      max: to + span,
      axisLabel: {
        show: index === panes.length - 1,
        formatter: (at: number) => showShortInstant(at),
        hideOverlap: true,
      },
    })),
    yAxis: panes.map(({ unit, isTruth, lines: [first] }, index) => ({
      type: 'value',
      gridIndex: index,
      scale: true,
      ...(isTruth ? { min: 0, max: 1, interval: 1 } : { splitNumber: 4 }),
      axisLabel: {
        formatter: (value: number) =>
          isTruth && first?.line.info
            ? showLineValue(first.line.info, value)
            : showNumber(value, unit),
      },
    })),
    dataZoom: [
      {
        type: 'inside',
        xAxisIndex: panes.map((_, index) => index),
        startValue: from,
        endValue: to,
        filterMode: 'none',
        minValueSpan: 10_000,
      },
    ],
    series: panes.flatMap((pane, axis) => [
      ...seriesOf(pane, axis, marks, from, to),
      ...thresholdSeries(named(pane), axis, from),
    ]),
  }
}

function seriesOf(pane: Pane, axis: number, marks: readonly Mark[], from: number, to: number) {
  const marked = new Set<string>()
  return pane.lines.flatMap(({ line, index }) => {
    const { colour, dash } = lookOf(index)
    const isFirst = !marked.has(line.deviceId)
    marked.add(line.deviceId)
    const own = isFirst ? marks.filter(({ deviceId }) => deviceId === line.deviceId) : []
    const drawn = (id: string, given: LineData) => ({
      type: 'line',
      id,
      xAxisIndex: axis,
      yAxisIndex: axis,
      data: pointsOf(given),
      // A reading with none beside it would not be seen.
      showSymbol: given.points.length < 60,
      symbolSize: 4,
      color: themeColour(colour),
      ...(pane.isTruth && { step: 'end' }),
    })
    return [
      ...(line.before
        ? [
            {
              ...drawn(`before ${index}`, line.before),
              lineStyle: { width: 1, type: dash, opacity: 0.5 },
              itemStyle: { opacity: 0.5 },
              z: 1,
            },
          ]
        : []),
      {
        ...drawn(`now ${index}`, line),
        lineStyle: { width: 1.6, type: dash },
        z: 3,
        ...marksOf(own, { from, to }, !pane.isTruth),
      },
    ]
  })
}

const pointsOf = ({ points, changes, ...rest }: LineData) =>
  changes ? truthPoints(points, changes, rest) : envelope(points, rest.gap_ms)

/** Episodes as areas, cases as lines. */
function marksOf(marks: readonly Mark[], { from, to }: Span, hasRoom: boolean) {
  const colour = ({ severity }: Mark): string => themeColour(severity ?? 'notice')
  return {
    markArea: {
      silent: true,
      data: marks
        .filter(({ kind }) => kind === 'episode')
        .map((mark) => [
          {
            xAxis: Math.max(from, mark.from),
            itemStyle: { color: colour(mark), opacity: 0.16 },
          },
          { xAxis: Math.min(to, mark.to ?? to) },
        ]),
    },
    markLine: {
      silent: true,
      symbol: ['none', 'none'],
      data: marks
        .filter(({ kind }) => kind === 'case')
        .map((mark) => ({
          xAxis: mark.from,
          lineStyle: { color: colour(mark), type: 'solid', width: 1.5 },
          label: {
            show: hasRoom,
            formatter: said(mark.titles),
            position: 'insideEndTop',
            color: themeColour('text'),
            fontSize: 11,
          },
        })),
    },
  }
}

/** What the lines say at an instant. As nodes: names of devices are no markup. */
function tipOf(
  given: unknown,
  { lines, isHidden }: { readonly lines: readonly Line[]; readonly isHidden: IsHidden },
  t: T,
): HTMLElement | string {
  const [first] = given as { readonly axisValue: number }[]
  if (first === undefined) return ''
  const at = first.axisValue
  const box = document.createElement('div')
  const row = (text: string, colour?: string): void => {
    const line = box.appendChild(document.createElement('div'))
    line.textContent = text
    if (colour !== undefined) {
      line.style.borderLeft = `3px solid ${themeColour(colour)}`
      line.style.paddingLeft = '6px'
    }
  }
  row(showInstant(at))
  for (const [index, line] of lines.entries()) {
    if (line.info === null || isHidden(line)) continue
    const name = `${line.name} ${said(line.info.title)}`
    const { colour } = lookOf(index)
    const step = stepAt(line.points, at, line.gap_ms)
    row(`${name}: ${step ? showStep(line.info, step) : t('noValue')}`, colour)
    const before = line.before && stepAt(line.before.points, at, line.before.gap_ms)
    if (before) row(`${t('lastWeek')}: ${showStep(line.info, before)}`, colour)
  }
  return box
}
