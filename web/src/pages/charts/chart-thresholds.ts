import type { Ref } from 'vue'
import { api } from '#web/src/api/client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { paths } from '#web/src/api/schema.d.ts'
import { showDuration, showNumber } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import type { LineKey } from './chart-view.ts'
import type { CHARTS_TEXTS } from './charts-texts.ts'

type T = Say<keyof (typeof CHARTS_TEXTS)['zh']>
type Told =
  paths['/api/v1/devices/{id}/thresholds']['get']['responses'][200]['content']['application/json']

type Item = Told['items'][number]

/** A threshold that is the same at some of the devices that are looked at. */
export interface ChartThreshold extends Omit<Item, 'version'> {
  readonly deviceIds: readonly string[]
  /** It holds for every line of its channel. */
  readonly isOfAll: boolean
}

const SIGNS = { '>': '>', '>=': '≥', '<': '<', '<=': '≤' } as const

/** What the rules in force, as they are for each device, compare its chosen channels with. */
export function useThresholds(
  lines: Readonly<Ref<readonly LineKey[]>>,
  isShown: Readonly<Ref<boolean>>,
) {
  const devices = () => [...new Set(lines.value.map(({ deviceId }) => deviceId))]

  async function of(deviceId: string, signal: AbortSignal) {
    try {
      const params = { path: { id: deviceId } }
      const { items } = await answerOf(
        api.GET('/api/v1/devices/{id}/thresholds', { params, signal }),
      )
      return items.map((item) => ({ deviceId, ...item }))
    } catch (error) {
      // Beyond sight, as the line itself says.
      if (error instanceof Problem && error.status === 404) return []
      throw error
    }
  }

  return useLoaded<readonly ChartThreshold[]>(
    async (signal) => {
      if (!isShown.value) return []
      const found = (await Promise.all(devices().map((id) => of(id, signal)))).flat()
      const chosen = found.filter(({ deviceId, channel }) =>
        lines.value.some((line) => line.deviceId === deviceId && line.channel === channel),
      )
      // Of another version, or of none, it is the same line.
      const alike = Map.groupBy(chosen, (one) => JSON.stringify(lineOf(one)))
      return [...alike.values()].flatMap((group) => {
        const [first] = group
        if (!first) return []
        const rest = lineOf(first)
        const deviceIds = group.map(({ deviceId }) => deviceId)
        const isOfAll = lines.value
          .filter(({ channel }) => channel === rest.channel)
          .every(({ deviceId }) => deviceIds.includes(deviceId))
        return [{ ...rest, deviceIds, isOfAll }]
      })
    },
    { watching: () => JSON.stringify([lines.value, isShown.value]) },
  )
}

/** What of it is drawn, whichever device it is of. */
const lineOf = (item: Item): Omit<Item, 'version'> => ({
  ruleId: item.ruleId,
  title: item.title,
  part: item.part,
  severity: item.severity,
  channel: item.channel,
  measure: item.measure,
  window_ms: item.window_ms,
  comparison: item.comparison,
  value: item.value,
  unit: item.unit,
  isPartly: item.isPartly,
  hold_ms: item.hold_ms,
  isScheduled: item.isScheduled,
})

/** `> 2,500 mm`, or `6 min minimum > 1,500 mm`. */
export function conditionOf(threshold: ChartThreshold, t: T): string {
  const { measure, window_ms, comparison, value, unit } = threshold
  const text = `${SIGNS[comparison]} ${showNumber(value, unit)}`
  if (measure === 'value' || window_ms === null) return text
  return `${t(`${measure}Over`, { span: showDuration(window_ms) })} ${text}`
}

export const labelOf = (threshold: ChartThreshold, nameOf: (id: string) => string, t: T): string =>
  [
    ...(threshold.isOfAll ? [] : [threshold.deviceIds.map(nameOf).join('/')]),
    said(threshold.title),
    ...(threshold.part === 'clear' ? [t('clear')] : []),
    conditionOf(threshold, t),
  ].join(' ')

/** A colour of the theme. */
export const colourOf = ({
  severity,
}: ChartThreshold): 'good' | 'notice' | 'warning' | 'critical' => severity ?? 'good'
