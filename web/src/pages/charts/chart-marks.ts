import type { Ref } from 'vue'
import type { Severity } from '#model/rule.ts'
import type { Bilingual } from '#model/text.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import { useLoaded } from '#web/src/shared/use-loaded.ts'
import type { LineKey, Span } from './chart-view.ts'

/** Something that was noted of a device while it is looked at: a span of an episode, or a case. */
export interface Mark {
  readonly id: string
  readonly kind: 'episode' | 'case'
  readonly deviceId: string
  readonly titles: Bilingual
  readonly severity: Severity | null
  /** Epoch ms. */
  readonly from: number
  /** Null: it goes on, or it is an instant. */
  readonly to: number | null
  readonly caseId: string | null
}

/** So many of each device. */
export const MARKS_MAX = 50

/** What the rules found and what cases there were of the devices that are looked at. */
export function useMarks(lines: Readonly<Ref<readonly LineKey[]>>, span: Readonly<Ref<Span>>) {
  const devices = () => [...new Set(lines.value.map(({ deviceId }) => deviceId))]

  async function marksOf(deviceId: string, signal: AbortSignal): Promise<Mark[]> {
    const { from, to } = span.value
    const within = { deviceId, from: String(from), to: String(to), limit: MARKS_MAX }
    const [episodes, cases] = await Promise.all([
      answerOf(
        api.GET('/api/v1/episodes', { params: { query: { ...within, standing: true } }, signal }),
      ),
      answerOf(api.GET('/api/v1/cases', { params: { query: within }, signal })),
    ])
    const titles = new Map(cases.items.map((one) => [one.id, one.titles]))
    return [
      ...episodes.items
        .filter(({ withdrawnAt }) => withdrawnAt === null)
        .map(({ id, phenomenon, severity, startedAt, endedAt, caseId }) => ({
          id,
          kind: 'episode' as const,
          deviceId,
          titles: titles.get(caseId ?? '') ?? { zh: phenomenon, en: phenomenon },
          severity: severity as Severity,
          from: Date.parse(startedAt),
          to: endedAt === null ? null : Date.parse(endedAt),
          caseId,
        })),
      ...cases.items.map(({ id, titles: names, severity, reportedAt }) => ({
        id,
        kind: 'case' as const,
        deviceId,
        titles: names,
        severity: severity as Severity | null,
        from: Date.parse(reportedAt),
        to: null,
        caseId: id,
      })),
    ]
  }

  return useLoaded<readonly Mark[]>(
    async (signal) => {
      const found = await Promise.all(devices().map((id) => marksOf(id, signal)))
      return found.flat().toSorted((a, b) => b.from - a.from)
    },
    { watching: () => JSON.stringify([devices(), span.value]) },
  )
}
